import pg from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";
import { Refused, VfsClient } from "../support/vfs-client";

const WRITERS = 6;
const CRASHES = 6;

let postgres: SharedPostgres;
let server: Vaporform;

beforeAll(async () => {
  postgres = await startSharedPostgres({ durable: true });
  server = await startVaporform({ env: postgres.env });
});

afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

/** One of PostgreSQL's processes dies, and PostgreSQL ends all others, to begin anew from its log. Waits until it has. */
async function crash(): Promise<void> {
  const witness = new pg.Client({ connectionString: postgres.connectionString("vaporform") });
  // That its connection breaks is what it is here for.
  witness.on("error", () => undefined);
  await witness.connect();
  const { rows } = await witness.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1",
  );
  const [backend] = rows;
  if (backend === undefined) throw new Error("nobody is connected");
  const ended = new Promise((resolve) => witness.once("end", resolve));
  process.kill(backend.pid, "SIGQUIT");
  await ended;
}

it("a PostgreSQL that crashes under load makes requests fail as unavailable, and in no other way", async () => {
  const client = new VfsClient(server.url, "crash");
  const projectId = await client.createProject("crash");
  const reasons = new Set<string>();
  let [written, over] = [0, false];
  const writer = async (name: string): Promise<void> => {
    for (let i = 0; !over; i++) {
      try {
        await client.writeJson(projectId, `${name}/${i % 10}`, Buffer.from(`${name} ${i}`));
        written += 1;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        reasons.add(`${error.status} ${error.reason}`);
      }
    }
  };
  /** More than were under way, so that PostgreSQL works again. */
  const moreWritten = async (): Promise<void> => {
    const before = written;
    await vi.waitFor(() => expect(written).toBeGreaterThan(before + WRITERS), { timeout: 30_000 });
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, i) => writer(`writer-${i}`)));
  for (let i = 0; i < CRASHES; i++) {
    await moreWritten();
    await crash();
  }
  await moreWritten();
  over = true;
  await writers;
  expect([...reasons]).toEqual(["503 database_unavailable"]);
  expect(await client.check(projectId)).toEqual([]);
});
