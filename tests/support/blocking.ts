import type { PoolClient } from "pg";
import { expect, vi } from "vitest";
import { pgPool } from "../../platform/pg-pool";

/** Waits until another session waits for a lock that the client's transaction holds. */
export async function untilBlocking(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))";
  await vi.waitFor(async () => expect((await pgPool().query(waiting, [rows[0]?.pid])).rowCount).toBe(1));
}
