import { formatDiagnostics } from "../model/format-diagnostics";
import { readApp } from "../model/read-app";
import type { AppModel } from "../model/types";
import { requireAppRoot } from "./command";

/** The app that the command was called in; undefined, with all that is wrong printed, when it is not accepted. */
export function readAcceptedApp(): AppModel | undefined {
  const root = requireAppRoot();
  const { model, diagnostics } = readApp(root);
  if (diagnostics.length === 0) return model;
  process.stderr.write(formatDiagnostics(diagnostics, root));
  return undefined;
}
