import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Writes a text to a file, or to standard output when no file is named. */
export function writeOutput(text: string, file: string | undefined): void {
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  const absolute = path.resolve(file);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, text);
  console.error(`wrote ${absolute}`);
}
