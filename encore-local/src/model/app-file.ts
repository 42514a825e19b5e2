import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { Reporter } from "./reporter";
import type { CorsConfig } from "./types";

export const APP_FILE = "encore.app";

/** The folder of the app that `start` lies in: the nearest one upwards with an encore.app; undefined for none. */
export function findAppRoot(start: string): string | undefined {
  let folder = path.resolve(start);
  while (!existsSync(path.join(folder, APP_FILE))) {
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return folder;
}

export interface AppFile {
  id: string;
  name: string;
  cors: CorsConfig;
}

/** Reads encore.app: JSON, in which comments and closing commas are allowed. */
export function readAppFile(root: string, reporter: Reporter): AppFile {
  const file = path.join(root, APP_FILE);
  const at = { file: APP_FILE, line: 1, column: 1 };
  const { config, error } = ts.parseConfigFileTextToJson(file, existsSync(file) ? readFileSync(file, "utf8") : "{}");
  if (error !== undefined) {
    const position = error.file?.getLineAndCharacterOfPosition(error.start ?? 0);
    const location =
      position === undefined ? at : { file: APP_FILE, line: position.line + 1, column: position.character + 1 };
    reporter.report("E1602", location, { detail: ts.flattenDiagnosticMessageText(error.messageText, " ") });
  }
  const app: Record<string, unknown> = isRecord(config) ? config : {};
  if (app.lang !== "typescript") {
    reporter.report("E1602", at, { detail: `"lang" must be "typescript"`, remedy: `Add "lang": "typescript".` });
  }
  const cors = isRecord(app.global_cors) ? app.global_cors : {};
  const withCredentials = cors.allow_origins_with_credentials;
  return {
    id: typeof app.id === "string" ? app.id : "",
    name: path.basename(root),
    cors: {
      debug: cors.debug === true,
      allowHeaders: strings(cors.allow_headers),
      exposeHeaders: strings(cors.expose_headers),
      allowOriginsWithoutCredentials:
        cors.allow_origins_without_credentials === undefined ? ["*"] : strings(cors.allow_origins_without_credentials),
      ...(withCredentials === undefined ? {} : { allowOriginsWithCredentials: strings(withCredentials) }),
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
