import path from "node:path";
import { writeGenerated } from "../gen/write";
import { formatDiagnostics } from "../model/format-diagnostics";
import { readApp } from "../model/read-app";
import { type Command, parseCommandArgs, requireAppRoot } from "./command";

export const genCommand: Command = {
  name: "gen",
  summary: "writes encore.gen: clients of the services, and auth data",
  help: `encore-local gen

Writes encore.gen, which holds ~encore/clients and ~encore/auth, from the app's source. 'run' and 'test' do so themselves; this
is for editors and type checks.
`,
  async run(args) {
    parseCommandArgs({ args, options: {} });
    const root = requireAppRoot();
    const { model, diagnostics } = readApp(root);
    if (diagnostics.length > 0) {
      process.stderr.write(formatDiagnostics(diagnostics, root));
      return 1;
    }
    writeGenerated(model);
    console.log(`wrote ${path.join(root, "encore.gen")}`);
    return 0;
  },
};
