import { readFileSync } from "node:fs";
import { CONFIG_FILE_VARIABLE, type RuntimeConfig, SECRETS_VARIABLE } from "./config";

/** What the command line prepared for this process. The values of secrets leave the environment here. */
export function readConfig(env: NodeJS.ProcessEnv): { config: RuntimeConfig; secrets: Record<string, string> } {
  const file = env[CONFIG_FILE_VARIABLE];
  if (!file) {
    throw new Error(
      `${CONFIG_FILE_VARIABLE} is not set. Start the app with \`encore-local run\` or \`encore-local test\`.`,
    );
  }
  const config = JSON.parse(readFileSync(file, "utf8")) as RuntimeConfig;
  const secrets = JSON.parse(env[SECRETS_VARIABLE] ?? "{}") as Record<string, string>;
  delete env[SECRETS_VARIABLE];
  return { config, secrets };
}
