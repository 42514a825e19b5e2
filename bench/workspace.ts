import { startDaytonaServer } from "../tests/daytona-server/server";
import type { Report } from "./report";
import { createCall } from "./workspace/create-call";
import { fileTransfer } from "./workspace/file-transfer";
import { provisioning } from "./workspace/provisioning";

/** Sandboxes of the Daytona server in tests/: files into one, how soon one is asked for, and many at once. */
export async function workspace(): Promise<Report> {
  const reports: Report[] = [];
  for (const part of [fileTransfer, createCall, provisioning]) {
    const daytona = await startDaytonaServer({ key: "key-of-the-bench" });
    try {
      reports.push(await part(daytona));
    } finally {
      await daytona.close();
    }
  }
  return {
    lines: reports.flatMap(({ lines }) => lines),
    ratios: Object.assign({}, ...reports.map(({ ratios }) => ratios)) as Report["ratios"],
  };
}
