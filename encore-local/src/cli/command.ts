import { type ParseArgsConfig, parseArgs } from "node:util";
import { APP_FILE, findAppRoot } from "../model/app-file";

/** One command of the command line. */
export interface Command {
  name: string;
  /** One line for the overview. */
  summary: string;
  /** The whole help text. */
  help: string;
  /** Gives the exit code. Throws `UsageError` for arguments that it does not take. */
  run(args: string[]): Promise<number>;
}

/** The user's mistake, told in one line without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** `parseArgs` of Node, with its errors as the user's. */
export function parseCommandArgs<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The folder of the app that the command was called in or below. */
export function requireAppRoot(): string {
  const root = findAppRoot(process.cwd());
  if (root === undefined) {
    throw new UsageError(`no ${APP_FILE} in ${process.cwd()} or above it; go to the folder of an Encore.ts app`);
  }
  return root;
}
