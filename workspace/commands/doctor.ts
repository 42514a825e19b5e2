import { parseArgs } from "node:util";
import { pgPool } from "../../platform/pg-pool";
import { redactedMessage } from "../../platform/redaction";
import { daytona } from "../daytona-manager";
import { type Diagnostics, diagnose } from "../diagnostics/diagnose";

const USAGE = `npm run doctor [-- --json]

Looks at the Daytona configuration, at Daytona, and at all workspaces in the database, and tells of each thing that is wrong its
cause, its remedy and the page that has more. The server may run meanwhile; it need not. No secret is printed.

  --json   ends with one object

Ends with 0 when all is well, 1 when there is a problem, 2 when it could not be found out.
`;

const MARKS = { ok: "✓", advice: "i", problem: "✗" } as const;

function describe({ findings, healthy }: Diagnostics): string[] {
  const lines = findings.flatMap(({ level, check, message, cause, remedy, section, workspaces }) => [
    `${MARKS[level]} ${check}: ${message}`,
    ...[
      ...(cause === undefined ? [] : [`cause:  ${cause}`]),
      ...(remedy === undefined ? [] : [`remedy: ${remedy}`]),
      ...(section === undefined ? [] : [`see:    ${section}`]),
      ...(workspaces === undefined ? [] : [`ids:    ${workspaces.join(", ")}`]),
    ].map((line) => `    ${line}`),
  ]);
  return [...lines, healthy ? "healthy" : "not healthy: see the lines with ✗"];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const diagnostics = await diagnose({ ownerId: null });
  console.log(values.json ? JSON.stringify(diagnostics) : describe(diagnostics).join("\n"));
  return diagnostics.healthy ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`doctor: ${redactedMessage(error)}`);
  process.exitCode = 2;
} finally {
  // Its connection for events would keep the process alive.
  await (await daytona())?.close();
  await pgPool().end();
}
