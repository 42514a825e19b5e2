import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { startPostgres } from "../../encore-local/src/postgres/server";

/** A PostgreSQL that several servers share, or that outlives one. */
export interface SharedPostgres {
  /** What has `encore-local run` use it. */
  env: Record<string, string>;
  /** Of the app's database, which the first server makes. */
  query<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  connectionString(database: string): string;
  stop(): Promise<void>;
}

const DATABASE = "vaporform";

/** `durable` for tests of what is left after a crash: else what was written last is lost. */
export async function startSharedPostgres({ durable = false } = {}): Promise<SharedPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), "shared-postgres-"));
  const server = await startPostgres({ dataDir: folder, durable });
  const { host, username, password } = new URL(server.connectionString("postgres"));
  return {
    env: {
      ENCORE_SQLDB_HOST: host,
      ENCORE_SQLDB_USER: decodeURIComponent(username),
      ENCORE_SQLDB_PASSWORD: decodeURIComponent(password),
    },
    connectionString: server.connectionString,
    async query(text, values = []) {
      const client = new pg.Client({ connectionString: server.connectionString(DATABASE) });
      await client.connect();
      try {
        return (await client.query(text, values)).rows;
      } finally {
        await client.end();
      }
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
