import type { PostgresServer } from "./server";

/** The server that the environment names, if it does: ENCORE_SQLDB_HOST (host or host:port), _USER, _PASSWORD. */
export function givenServer(env: NodeJS.ProcessEnv): PostgresServer | undefined {
  const host = env.ENCORE_SQLDB_HOST;
  if (host === undefined || host === "") return undefined;
  const user = encodeURIComponent(env.ENCORE_SQLDB_USER ?? "postgres");
  const password = env.ENCORE_SQLDB_PASSWORD === undefined ? "" : `:${encodeURIComponent(env.ENCORE_SQLDB_PASSWORD)}`;
  return {
    connectionString: (database) => `postgresql://${user}${password}@${host}/${encodeURIComponent(database)}`,
    // It is not ours to stop.
    stop: async () => undefined,
  };
}
