import path from "node:path";
import { prepareDatabases } from "../app-process/prepare-databases";
import { openSeam } from "../app-process/seam";
import { reachServer } from "../postgres/running-server";
import { loadSecrets } from "../secrets/load";
import { type Command, parseCommandArgs, requireAppRoot, UsageError } from "./command";
import { execute } from "./execute";
import { readAcceptedApp } from "./read-accepted-app";

const CONNECTIONS = 10;

export const execCommand: Command = {
  name: "exec",
  summary: "runs a script with the app's databases and secrets",
  help: `encore-local exec [options] -- COMMAND ...

Runs COMMAND, such as 'tsx script.ts', in the app's folder; it may import the app's modules and use its databases and
secrets. No endpoint is served. While the app runs, its database server is used. Gives COMMAND's exit code.

  --data-dir DIR        where the database lives; .encore-local in the app's folder
  --secrets FILE        values of secrets; .secrets.local.cue in the app's folder
`,
  async run(args) {
    const separator = args.indexOf("--");
    const [program, ...programArgs] = separator === -1 ? [] : args.slice(separator + 1);
    if (program === undefined) throw new UsageError("tell what to run: encore-local exec -- COMMAND ...");
    const { values } = parseCommandArgs({
      args: args.slice(0, separator),
      options: { "data-dir": { type: "string" }, secrets: { type: "string" } },
    });
    const root = requireAppRoot();
    const model = readAcceptedApp();
    if (model === undefined) return 1;
    const { server } = await reachServer(path.resolve(values["data-dir"] ?? path.join(root, ".encore-local")));
    try {
      const prepared = await prepareDatabases({ server, model });
      const databases = Object.fromEntries(
        Object.entries(prepared).map(([name, database]) => [name, { ...database, maxConnections: CONNECTIONS }]),
      );
      const seam = openSeam(
        {
          model,
          listen: { host: "127.0.0.1", port: 0 },
          apiBaseUrl: "http://127.0.0.1:0",
          databases,
          log: { format: "text", level: "info" },
          cron: false,
          recordActivity: false,
          shutdownTimeoutMs: 5_000,
        },
        loadSecrets(path.resolve(values.secrets ?? path.join(root, ".secrets.local.cue"))),
      );
      try {
        // The programs of the app's packages are found as npm finds them.
        const programs = path.join(root, "node_modules", ".bin");
        const PATH = [programs, process.env.PATH].join(path.delimiter);
        return await execute(program, programArgs, { ...seam.env, PATH });
      } finally {
        seam.dispose();
      }
    } finally {
      await server.stop();
    }
  },
};
