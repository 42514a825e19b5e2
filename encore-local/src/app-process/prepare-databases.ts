import type { AppModel } from "../model/types";
import { ensureDatabase } from "../postgres/databases";
import { migrate } from "../postgres/migrate";
import type { PostgresServer } from "../postgres/server";

export interface PrepareOptions {
  server: PostgresServer;
  model: AppModel;
}

/** Creates the app's databases where they are missing and brings each up to date. Gives their connection strings. */
export async function prepareDatabases({
  server,
  model,
}: PrepareOptions): Promise<Record<string, { connectionString: string }>> {
  const prepared: Record<string, { connectionString: string }> = {};
  for (const { name, migrationsDir, migrationsSource } of model.databases) {
    await ensureDatabase(server, name);
    const connectionString = server.connectionString(name);
    if (migrationsDir !== undefined)
      await migrate({ connectionString, folder: migrationsDir, source: migrationsSource });
    prepared[name] = { connectionString };
  }
  return prepared;
}
