import { randomBytes } from "node:crypto";
import { APIError, api, type Header, type Query } from "encore.dev/api";
import { CronJob } from "encore.dev/cron";
import log from "encore.dev/log";
import { SQLDatabase } from "encore.dev/storage/sqldb";
import type { MaxLen, MinLen, StartsWith } from "encore.dev/validate";
import { visits } from "./visits";

const db = new SQLDatabase("links", { migrations: "./migrations" });

interface Shorten {
  /** Where the short address leads. */
  target: string & StartsWith<"https://"> & MaxLen<200>;
  tags?: (string & MinLen<1>)[];
  expiresAt?: Date;
  /**
   * Chosen by the caller in place of a random one.
   * @example docs
   */
  id?: string;
  /** @example reuse */
  onConflict: Header<"X-On-Conflict">;
}

interface Link {
  id: string;
  target: string;
  tags: string[];
  expiresAt: Date | null;
}

interface Row {
  id: string;
  target: string;
  tags: string[];
  expires_at: Date | null;
}

const toLink = ({ expires_at, ...row }: Row): Link => ({ ...row, expiresAt: expires_at });

/**
 * Gives an address a short one; the same address keeps the one that it has.
 * @example {"target": "https://encore.dev", "tags": ["docs"]}
 * @throws already_exists the short address leads somewhere else
 */
export const shorten = api(
  { expose: true, method: "POST", path: "/url", tags: ["counted"] },
  async ({ target, tags = [], expiresAt, id, onConflict }: Shorten): Promise<Link> => {
    const chosen = id ?? randomBytes(6).toString("base64url");
    await using tx = await db.begin();
    const made = await tx.queryRow<Row>`
      INSERT INTO links (id, target, tags, expires_at) VALUES (${chosen}, ${target}, ${tags}, ${expiresAt ?? null})
      ON CONFLICT DO NOTHING RETURNING id, target, tags, expires_at`;
    if (made !== null) {
      await tx.commit();
      return toLink(made);
    }
    const known = await tx.queryRow<Row>`SELECT id, target, tags, expires_at FROM links WHERE target = ${target}`;
    if (known === null || onConflict === "fail") {
      throw APIError.alreadyExists("the short address is taken").withDetails({ id: chosen });
    }
    return toLink(known);
  },
);

export const get = api(
  { expose: true, method: "GET", path: "/url/:id" },
  async ({ id }: { id: string }): Promise<Link> => {
    const row = await db.queryRow<Row>`SELECT id, target, tags, expires_at FROM links WHERE id = ${id}`;
    if (row === null) throw APIError.notFound("no such link");
    return toLink(row);
  },
);

interface ListParams {
  limit?: Query<number>;
  tag?: Query<string[]>;
}

export const list = api(
  { expose: true, method: "GET", path: "/url" },
  async ({ limit = 10, tag = [] }: ListParams): Promise<{ links: Link[] }> => {
    const links: Link[] = [];
    for await (const row of db.query<Row>`SELECT id, target, tags, expires_at FROM links ORDER BY id LIMIT ${limit}`) {
      if (tag.every((wanted) => row.tags.includes(wanted))) links.push(toLink(row));
    }
    return { links };
  },
);

export const follow = api.raw({ expose: true, method: "GET", path: "/l/*path" }, async (req, res) => {
  const id = (req.url ?? "").split("/").at(-1) ?? "";
  const row = await db.queryRow<{ target: string; visits: number }>`
    UPDATE links SET visits = visits + 1 WHERE id = ${id} RETURNING target, visits`;
  if (row === null) {
    res.writeHead(404).end("no such link");
    return;
  }
  await visits.publish({ id, at: new Date(0) });
  res.writeHead(302, { Location: row.target, "X-Visits": String(row.visits) }).end();
});

export const expire = api({}, async (): Promise<void> => {
  const { removed } = (await db.rawQueryRow<{ removed: number }>(
    "WITH gone AS (DELETE FROM links WHERE expires_at < now() RETURNING 1) SELECT count(*) AS removed FROM gone",
  )) ?? { removed: 0 };
  log.info("expired links removed", { removed });
});

const _ = new CronJob("expire-links", { title: "Remove what has expired", schedule: "*/10 * * * *", endpoint: expire });
