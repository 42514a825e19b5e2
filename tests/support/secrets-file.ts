import { writeFile } from "node:fs/promises";
import path from "node:path";

/** Writes values by the secret's name into a file of the folder, as `--secrets` takes it; gives the file. */
export async function writeSecrets(folder: string, secrets: Record<string, string>): Promise<string> {
  const file = path.join(folder, "secrets.cue");
  const lines = Object.entries(secrets).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  await writeFile(file, lines.join(""), { mode: 0o600 });
  return file;
}
