import { parseArgs } from "node:util";
import { z } from "zod";
import { DomainError } from "../../platform/errors";
import { pgPool } from "../../platform/pg-pool";
import { moveContents } from "../store-move";
import { closeStores } from "../stores";

const USAGE = `npm run vfs:move -- --project ID --to gridfs|postgres [--json]

Moves the contents of a project to the other store while the server serves. It may be stopped or killed at any moment; run it
again, and it goes on. What the project writes meanwhile goes where new contents go: set or remove the secret MongoDBURI and
restart the server first.

  --json           ends with one object

Ends with 0 when all is moved, 1 when damaged contents had to stay, 2 when it could not be done.
`;

const optionsOf = z.object({
  project: z.uuid(),
  to: z.enum(["gridfs", "postgres"]),
  json: z.boolean().default(false),
});

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      project: { type: "string" },
      to: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { project: projectId, to, json } = optionsOf.parse(values);
  const result = await moveContents({
    projectId,
    to,
    onBatch: ({ moved, bytes }) => console.error(`${moved} contents (${bytes} bytes) moved`),
  });
  for (const id of result.damaged) console.error(`damaged: the content ${id} stays where it is; see npm run vfs:check`);
  console.error(`the contents of project ${projectId} are in ${to}`);
  if (json) console.log(JSON.stringify(result));
  return result.damaged.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`vfs:move: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof DomainError) console.error(`  ${error.hint}`);
  process.exitCode = 2;
} finally {
  await closeStores();
  await pgPool().end();
}
