import { api, type Cookie, type Header, type HttpStatus, type Query } from "encore.dev/api";
import type { Decimal } from "encore.dev/types";
import type { IsEmail, IsURL, MatchesRegexp, Max, MaxLen, Min, MinLen } from "encore.dev/validate";

enum Level {
  Low = "low",
  High = "high",
}

interface Page<T> {
  items: T[];
  next?: string;
}

interface Tree {
  name: string & MinLen<1> & MaxLen<8>;
  children?: Tree[];
}

interface Everything {
  text: string;
  count: number & Min<-5> & Max<5>;
  on: boolean;
  at?: Date;
  big?: bigint;
  exact?: Decimal;
  level?: Level;
  kind?: "a" | "b" | 3 | null;
  either?: string | number | { deep: boolean };
  list: (string & MaxLen<3>)[];
  map?: Record<string, number>;
  anything?: unknown;
  nothing?: null;
  mail?: string & (IsEmail | IsURL);
  code?: string & MatchesRegexp<"^[a-z]{2}\\d*$">;
  tree?: Tree;
}

/** The same as it came, after decoding and encoding. */
export const everything = api(
  { expose: true, method: "POST", path: "/everything" },
  async (value: Everything): Promise<Everything> => value,
);

interface Scattered {
  id: number;
  rest: string;
  token?: Header<"X-Token">;
  session?: Cookie<string, "session">;
  flags?: Query<boolean[]>;
  since?: Query<Date>;
  note: string;
}

export const scattered = api(
  { expose: true, method: ["PUT", "PATCH"], path: "/scattered/:id/*rest" },
  async (value: Scattered): Promise<Scattered & { status: HttpStatus }> => ({ ...value, status: 202 }),
);

interface Lookup {
  on: boolean;
  limit?: number & Min<1>;
  names?: string[];
  cursor?: bigint;
}

export const lookup = api(
  { expose: true, method: ["GET", "DELETE", "HEAD"], path: "/lookup/:on" },
  // A number beyond the exact ones arrives as a bigint.
  async ({ names = [], limit = 100 }: Lookup): Promise<Page<string>> => ({ items: names.slice(0, Number(limit)) }),
);

export const nothing = api(
  { expose: true, method: "*", path: "/nothing/!all" },
  async (_: { all: string }): Promise<void> => {},
);

export const raw = api.raw({ expose: true, method: "*", path: "/raw/*path" }, async (req, res) => {
  for await (const _ of req);
  res.end("raw");
});
