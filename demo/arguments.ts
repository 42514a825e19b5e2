import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

export type Source =
  /** A folder or git repository on this machine, served by the GitHub server of tests/. */
  | { kind: "local"; folder: string; repository: string }
  /** A repository that is asked of GitHub itself. */
  | { kind: "github"; repository: string };

export interface DemoArguments {
  source: Source;
  json: boolean;
  help: boolean;
}

export const USAGE = `Runs the main job twice, in development mode and with the Daytona server, and shows what happens.

  npm run demo                      this very repository
  npm run demo -- PATH              another folder or git repository
  npm run demo -- owner/name        a repository of GitHub's
  npm run demo -- --json            the last line is one JSON object for machines
`;

/** Throws an Error that says what to write instead. */
export function parseDemoArguments(args: string[], thisRepository: string): DemoArguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
  });
  if (positionals.length > 1) throw new Error(`one repository at a time, not ${positionals.join(" and ")}`);
  return { source: chooseSource(positionals[0], thisRepository), json: values.json, help: values.help };
}

function chooseSource(given: string | undefined, thisRepository: string): Source {
  const folder = path.resolve(given ?? thisRepository);
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file; name a folder or a git repository`);
    return { kind: "local", folder, repository: `demo/${repositoryName(path.basename(folder))}` };
  }
  if (given !== undefined && /^[\w.-]+\/[\w.-]+$/.test(given)) return { kind: "github", repository: given };
  throw new Error(`${given} is neither a folder nor of the form owner/name`);
}

/** GitHub's repository names hold letters, digits, dots, hyphens and underscores only. */
function repositoryName(folderName: string): string {
  const name = folderName.replace(/[^\w.-]+/g, "-").replace(/^[.-]+|[.-]+$/g, "");
  return name === "" ? "repository" : name;
}
