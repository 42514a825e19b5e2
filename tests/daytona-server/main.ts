import { parseArgs } from "node:util";
import { startDaytonaServer } from "./server";

const USAGE = `npm run daytona-server -- [--port N] [--key K]

Answers Daytona's API on loopback. Sandboxes are folders of this machine: commands run with your own rights, without any
isolation. Put what is printed into .secrets.local.cue and restart the backend.
`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "3986" },
    key: { type: "string", default: "local-daytona-key" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else {
  const server = await startDaytonaServer({ port: Number(values.port), key: values.key });
  console.log(`Daytona's API is at ${server.url}`);
  console.log(`  DaytonaAPIKey: "${values.key}"\n  DaytonaAPIURL: "${server.url}"`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void server.close().then(() => process.exit(0));
    });
  }
}
