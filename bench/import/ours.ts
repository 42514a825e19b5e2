import { Api, type ImportState } from "../../demo/api";
import type { Vaporform } from "../../tests/support/vaporform";

const USER = "dev:bench";

/** From the request to the message that tells of success, in milliseconds; into a new project. */
export async function importOnce(server: Vaporform, repository: string): Promise<number> {
  const api = new Api(server.url, USER);
  const from = performance.now();
  const started = await api.call<ImportState>("POST", "/github/import", { repository });
  let status = "";
  await api.followImport(started.id, (state) => {
    status = state.status;
  });
  const ms = performance.now() - from;
  if (status !== "succeeded") throw new Error(`the import of ${repository} is ${status}`);
  return ms;
}

/** A request as a frontend makes it all the time. */
export async function listOnce(server: Vaporform): Promise<void> {
  await new Api(server.url, USER).call("GET", "/projects?limit=10");
}
