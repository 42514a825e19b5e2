import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { AppModel } from "../model/types";
import { authFiles } from "./auth";
import { clientFiles } from "./clients";
import { ENTRY_POINT, entryPoint } from "./entry-point";

export const GENERATED_FOLDER = "encore.gen";

/** Writes encore.gen; files that are as they should be are left alone. Gives the absolute path of the entry point. */
export function writeGenerated(model: AppModel): { entry: string } {
  const folder = path.join(model.root, GENERATED_FOLDER);
  const files: Record<string, string> = {
    ...clientFiles(model.services),
    ...authFiles(model.gateways),
    [ENTRY_POINT]: entryPoint(model),
  };
  for (const [file, text] of Object.entries(files)) writeIfChanged(path.join(folder, file), text);
  removeOthers(folder, new Set(Object.keys(files)));
  return { entry: path.join(folder, ENTRY_POINT) };
}

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** What an earlier state of the app, or Encore's own CLI, left behind would be imported in place of what is meant. */
function removeOthers(folder: string, wanted: Set<string>): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const absolute = path.join(entry.parentPath, entry.name);
    if (!wanted.has(path.relative(folder, absolute).split(path.sep).join("/"))) rmSync(absolute);
  }
}
