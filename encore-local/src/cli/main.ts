import { BuildError } from "../app-process/build-app";
import { MigrationError } from "../postgres/migrations";
import { SecretsError } from "../secrets/load";
import { checkCommand } from "./check";
import { type Command, UsageError } from "./command";
import { dbCommand } from "./db";
import { execCommand } from "./exec";
import { genCommand } from "./gen";
import { openapiCommand } from "./openapi";
import { runCommand } from "./run";
import { testCommand } from "./test";

const COMMANDS: readonly Command[] = [
  runCommand,
  testCommand,
  checkCommand,
  genCommand,
  openapiCommand,
  dbCommand,
  execCommand,
];

function overview(): string {
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(8)}${summary}`);
  return `encore-local COMMAND: runs an Encore.ts app from npm alone\n\n${lines.join("\n")}\n\n'encore-local COMMAND --help' tells more.
Exit codes: 0 when all is well, 1 when the app is not accepted or the work failed, 2 for arguments that are not taken.\n`;
}

/** The command line. Gives the exit code. */
export async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    process.stdout.write(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    process.stderr.write(`encore-local: there is no command '${name}'\n\n${overview()}`);
    return 2;
  }
  // Behind `--` stands another program's command line.
  const own = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (own.includes("--help") || own.includes("-h")) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof BuildError) {
      process.stderr.write(`${error.message.trimEnd()}\n`);
      return 1;
    }
    if (!(error instanceof UsageError || error instanceof MigrationError || error instanceof SecretsError)) throw error;
    process.stderr.write(`encore-local ${name}: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
