import { parseArgs } from "node:util";
import { z } from "zod";
import { DomainError } from "../../platform/errors";
import { pgPool } from "../../platform/pg-pool";
import { redactedMessage } from "../../platform/redaction";
import { checkIntegrity, type IntegrityReport } from "../integrity";
import { closeStores } from "../stores";

const USAGE = `npm run vfs:check [-- OPTIONS]

Holds every file, version and import under way to its content (there, of that length, of that hash), and what trees count to
their rows; finds contents and stored bytes that nothing leads to. The server may serve meanwhile.

  --project ID     one project's contents alone, and no search for bytes without a row
  --repair         removes what nothing leads to, once it is older than the grace, sets counts that are wrong, and keeps damaged
                   contents from being used for what is written anew. What something refers to is never touched
  --grace MINUTES  how long what nothing leads to is left alone; 20
  --json           ends with one object

Ends with 0 when all is well, 1 when something is wrong (and was not repaired), 2 when it could not be checked.
`;

const optionsOf = z.object({
  project: z.uuid().optional(),
  repair: z.boolean().default(false),
  grace: z.coerce.number().nonnegative().optional(),
  json: z.boolean().default(false),
});

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      project: { type: "string" },
      repair: { type: "boolean" },
      grace: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { project, repair, grace, json } = optionsOf.parse(values);
  const report = await checkIntegrity({ projectId: project, repair, graceMinutes: grace });
  for (const line of describe(report)) console.log(line);
  if (json) console.log(JSON.stringify(report));
  return report.clean ? 0 : 1;
}

function describe({ contents, bytes, problems, counts, orphans, repaired, clean }: IntegrityReport): string[] {
  const { waiting, overdue, bytesOnly, foreign } = orphans;
  return [
    ...problems.map(
      ({ kind, projectId, message, paths }) => `${kind}: ${message} (project ${projectId}: ${paths.join(", ")})`,
    ),
    ...counts.map(({ projectId, counter, kept, counted }) =>
      counter === "tree"
        ? `count_differs: project ${projectId} has ${counted} entries and no row in vfs_trees; --repair makes it`
        : `count_differs: ${counter} of project ${projectId} is ${kept} in vfs_trees and has to be ${counted}; --repair sets it`,
    ),
    ...bytesOnly.map(({ store, id }) => `orphan: bytes of the content ${id} in ${store}, of which no row speaks`),
    ...(overdue === 0 ? [] : [`overdue: ${overdue} contents that nothing refers to are older than an hour`]),
    `${contents} contents (${bytes} bytes) read; ${problems.length} wrong`,
    `${waiting} contents wait to be collected; ${bytesOnly.length} orphans; ${foreign} files of others in the bucket`,
    ...(repaired === undefined
      ? []
      : [
          `repaired: ${repaired.collected} contents collected, ${repaired.orphansRemoved} orphans removed, ` +
            `${repaired.withdrawn} damaged contents taken out of use, ${repaired.counted} trees counted anew`,
        ]),
    clean ? "all is well" : "something is wrong; see above, and docs/file-contents.md",
  ];
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`vfs:check: ${redactedMessage(error)}`);
  if (error instanceof DomainError) console.error(`  ${error.hint}`);
  process.exitCode = 2;
} finally {
  await closeStores();
  await pgPool().end();
}
