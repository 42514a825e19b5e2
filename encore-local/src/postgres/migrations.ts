import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Database } from "../primitives/sqldb/parse";

export type MigrationsSource = Database["migrationsSource"];

export interface Migration {
  number: number;
  /** The file, relative to the folder. */
  file: string;
  sql: string;
  /** SHA-256 of the text, in hexadecimal digits. */
  checksum: string;
}

/** A mistake in the app's migrations, told without a stack. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** Folders of these have names of times, so that a late one may come before those that were applied already. */
export const inAnyOrder = (source: MigrationsSource): boolean => source === "prisma" || source === "drizzle/v1";

const FILE_NAMES = { sequential: /^(\d+)_[^.]+\.(up|down)\.sql$/, drizzle: /^(\d+)_[^.]+\.sql$/ };
const FOLDER_NAME = /^(\d+)_/;
const FILE_IN_FOLDER = "migration.sql";

interface Found {
  file: string;
  /** Undefined for a file that should be a migration, by its place, and is not, by its name. */
  number: number | undefined;
}

function listFiles(folder: string, source: MigrationsSource): Found[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (source === "sequential" || source === "drizzle") {
    const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".sql")).map(({ name }) => name);
    return files.map((file) => ({ file, number: numberOf(FILE_NAMES[source], file) }));
  }
  const folders = entries.filter((entry) => entry.isDirectory() && !(source === "drizzle/v1" && entry.name === "meta"));
  return folders
    .filter(({ name }) => readdirSync(path.join(folder, name)).includes(FILE_IN_FOLDER))
    .map(({ name }) => ({ file: `${name}/${FILE_IN_FOLDER}`, number: numberOf(FOLDER_NAME, name) }));
}

function numberOf(pattern: RegExp, name: string): number | undefined {
  const digits = pattern.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Files that Encore's parser objects to. */
export function misnamedMigrations(folder: string, source: MigrationsSource): string[] {
  return listFiles(folder, source).flatMap(({ file, number }) => (number === undefined ? [file] : []));
}

/** The migrations of a folder, in the order of their numbers. Throws `MigrationError` for a number that is there twice. */
export function readMigrations(folder: string, source: MigrationsSource = "sequential"): Migration[] {
  const migrations = listFiles(folder, source)
    .filter(({ file }) => source !== "sequential" || file.endsWith(".up.sql"))
    .flatMap(({ file, number }) => {
      if (number === undefined) return [];
      const sql = readFileSync(path.join(folder, file), "utf8");
      return [{ number, file, sql, checksum: createHash("sha256").update(sql).digest("hex") }];
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
