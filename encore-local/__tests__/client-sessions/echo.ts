import Client, { type ClientOptions, type echo, isAPIError } from "./client";

const everything: echo.Everything = {
  text: "é😀",
  count: -5,
  on: true,
  at: "2026-01-02T03:04:05.678Z",
  big: "9007199254740993",
  exact: "0.10",
  level: "low",
  kind: null,
  either: { deep: false },
  list: ["a", "b"],
  map: { x: 1.5 },
  tree: { name: "root", children: [{ name: "leaf" }] },
};

/** What a caller of the echo app sees, as plain data. */
export async function session(url: string, options: ClientOptions): Promise<Record<string, unknown>> {
  const { echo } = new Client(url, options);
  const raw = await echo.raw("PUT", ["a b", "c/d"], "body", {
    headers: { "X-Request-ID": "1" },
    query: { q: ["1", "2"] },
  });
  return {
    everything: await echo.everything(everything),
    invalid: await echo
      .everything({ ...everything, count: 6 })
      .catch((error: unknown) =>
        isAPIError(error) ? { status: error.status, code: error.code, message: error.message } : String(error),
      ),
    scattered: await echo.scattered(7, ["a b", "ü", "c"], {
      token: "t",
      flags: [true, false],
      since: "2026-01-02T03:04:05Z",
      note: "n",
    }),
    lookup: await echo.lookup(true, { limit: 1, names: ["a&b=c", "d"] }),
    nothing: await echo.nothing(["all"]),
    raw: { status: raw.status, text: await raw.text() },
  };
}

/** Nothing of this is accepted by the compiler. */
export async function wrong(client: Client): Promise<void> {
  // @ts-expect-error a field is missing
  await client.echo.everything({ text: "a" });
  // @ts-expect-error it is no such value
  await client.echo.everything({ ...everything, kind: "c" });
  // @ts-expect-error a path parameter is a number
  await client.echo.scattered("7", [], { note: "n" });
  // @ts-expect-error cookies are the browser's
  await client.echo.scattered(7, [], { note: "n", session: "s" });
}
