import type { Report } from "./report";
import { createCall } from "./workspace/create-call";
import { fileTransfer } from "./workspace/file-transfer";
import { provisioning } from "./workspace/provisioning";

const PARTS: Record<string, () => Promise<Report>> = { files: fileTransfer, call: createCall, many: provisioning };

/**
 * Sandboxes of the Daytona server in tests/: files into one, how soon one is asked for, and many at once. All parts, or those that
 * are named: `files`, `call`, `many`.
 */
export async function workspace(names: string[]): Promise<Report> {
  const parts = Object.entries(PARTS).filter(([name]) => names.length === 0 || names.includes(name));
  const reports: Report[] = [];
  for (const [, part] of parts) reports.push(await part());
  return {
    lines: reports.flatMap(({ lines }) => lines),
    ratios: Object.assign({}, ...reports.map(({ ratios }) => ratios)) as Report["ratios"],
  };
}
