import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface Migration {
  number: number;
  /** The file's name. */
  file: string;
  sql: string;
  /** SHA-256 of the text, in hexadecimal digits. */
  checksum: string;
}

/** A mistake in the app's migrations, told without a stack. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

const FILE_NAME = /^(\d+)_[^/]+\.up\.sql$/;

/** The migrations of a folder, in the order of their numbers. Throws `MigrationError` for a number that is there twice. */
export function readMigrations(folder: string): Migration[] {
  const migrations = readdirSync(folder)
    .flatMap((file) => {
      const number = FILE_NAME.exec(file)?.[1];
      if (number === undefined) return [];
      const sql = readFileSync(path.join(folder, file), "utf8");
      return [{ number: Number(number), file, sql, checksum: createHash("sha256").update(sql).digest("hex") }];
    })
    .sort((a, b) => a.number - b.number);
  for (const [index, { number, file }] of migrations.entries()) {
    const previous = migrations[index - 1];
    if (previous?.number === number) {
      throw new MigrationError(
        `${previous.file} and ${file} have the same number; give one of them the next free one.`,
      );
    }
  }
  return migrations;
}
