import { formatDiagnostics } from "../model/format-diagnostics";
import { readApp } from "../model/read-app";
import { checkSql } from "../model/sql-syntax";
import { type Command, parseCommandArgs, requireAppRoot } from "./command";

export const checkCommand: Command = {
  name: "check",
  summary: "finds what Encore's parser would reject",
  help: `encore-local check [--json]

Reads the app and prints everything that Encore's parser would reject, and what the app uses and encore-local lacks, all at
once. Nothing is run. The exit code is 1 when there is anything to print.

  --json   one JSON object: {"diagnostics": [{code, severity, message, remedy, location: {file, line, column}}]}
`,
  async run(args) {
    const { values } = parseCommandArgs({ args, options: { json: { type: "boolean", default: false } } });
    const root = requireAppRoot();
    const { diagnostics: found, statements } = readApp(root);
    const diagnostics = [...found, ...(await checkSql(statements))];
    if (values.json) console.log(JSON.stringify({ diagnostics }));
    else if (diagnostics.length > 0) process.stderr.write(formatDiagnostics(diagnostics, root));
    return diagnostics.length > 0 ? 1 : 0;
  },
};
