import { existsSync, readFileSync } from "node:fs";
import type { AppModel } from "../model/types";
import { CueError, parseCueSecrets } from "./cue";

/** A mistake in the secrets file, told without a stack. */
export class SecretsError extends Error {
  override readonly name = "SecretsError";
}

/** The values in the file; none when there is no file. Throws `SecretsError` with file, line and column. */
export function loadSecrets(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  try {
    return parseCueSecrets(readFileSync(file, "utf8"));
  } catch (error) {
    if (!(error instanceof CueError)) throw error;
    throw new SecretsError(`${file}:${error.line}:${error.column}: ${error.message}`, { cause: error });
  }
}

/** Names of secrets that the app uses and the file does not have. */
export function missingSecrets(model: AppModel, values: Record<string, string>): string[] {
  return model.secrets.map(({ name }) => name).filter((name) => !Object.hasOwn(values, name));
}
