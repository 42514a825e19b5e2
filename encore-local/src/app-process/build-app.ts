import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { writeGenerated } from "../gen/write";
import type { Diagnostic } from "../model/diagnostic";
import { formatDiagnostics } from "../model/format-diagnostics";
import { readApp } from "../model/read-app";
import type { SourceCache } from "../model/source-files";
import { checkSql } from "../model/sql-syntax";
import type { AppModel } from "../model/types";
import { readMigrations } from "../postgres/migrations";
import { loadSecrets } from "../secrets/load";
import { bundleApp } from "./bundle";

/** One version of the app, as it can be run. */
export interface AppBuild {
  model: AppModel;
  secrets: Record<string, string>;
  /** Absolute path of the bundle. */
  bundle: string;
  /** The same for builds that would run alike. */
  fingerprint: string;
}

/** The app cannot be built as it is; the message says all about it, with places. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

export interface BuildOptions {
  root: string;
  secretsFile: string;
  /** Absolute path of a folder inside the app for the bundle; each build gets one of its own. */
  folder: string;
  sources: SourceCache;
}

/** @throws BuildError, SecretsError, MigrationError */
export async function buildApp(options: BuildOptions): Promise<AppBuild> {
  const { model, diagnostics, statements } = readApp(options.root, options.sources);
  refuseWith(diagnostics, options.root);
  const secrets = loadSecrets(options.secretsFile);
  const { entry } = writeGenerated(model);
  const bundle = path.join(options.folder, "main.mjs");
  const bundled = bundleApp({ root: options.root, entry, outfile: bundle }).catch((cause: unknown) => {
    throw new BuildError(cause instanceof Error ? cause.message : String(cause), { cause });
  });
  const [faults] = await Promise.all([checkSql(statements), bundled]);
  refuseWith(faults, options.root);
  return { model, secrets, bundle, fingerprint: fingerprintOf({ model, secrets, bundle }) };
}

function refuseWith(diagnostics: Diagnostic[], root: string): void {
  if (diagnostics.length > 0) throw new BuildError(formatDiagnostics(diagnostics, root));
}

function fingerprintOf({ model, secrets, bundle }: Omit<AppBuild, "fingerprint">): string {
  const hash = createHash("sha256");
  const migrations = model.databases.map(({ migrationsDir, migrationsSource }) =>
    migrationsDir === undefined ? [] : readMigrations(migrationsDir, migrationsSource),
  );
  const parts = [JSON.stringify(model), JSON.stringify(secrets), JSON.stringify(migrations), readFileSync(bundle)];
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
