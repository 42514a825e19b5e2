import { parseArgs } from "node:util";
import type { BenchOptions, Report } from "./report";

const BENCHES: Record<string, () => Promise<(args: string[], options: BenchOptions) => Promise<Report>>> = {
  import: async () => (await import("./import")).importing,
  load: async () => (await import("./load")).load,
  runtime: async () => (await import("./runtime")).runtime,
  vfs: async () => (await import("./vfs")).vfs,
  workspace: async () => (await import("./workspace")).workspace,
};

/** `npm run bench -- NAME [--seconds N] [--json]`. Exit code 2 for a name that there is none of. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean" }, seconds: { type: "string" } },
    allowPositionals: true,
  });
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  const [name = "", ...args] = positionals;
  const load = BENCHES[name];
  if (load === undefined || seconds === 0 || Number.isNaN(seconds)) {
    console.error(
      `npm run bench -- NAME [--seconds N] [--json], where NAME is one of: ${Object.keys(BENCHES).join(", ")}`,
    );
    return 2;
  }
  const run = await load();
  const { lines, ratios } = await run(args, seconds === undefined ? {} : { seconds });
  for (const line of lines) console.log(line);
  if (values.json) console.log(JSON.stringify({ bench: name, ratios }));
  return 0;
}

process.exitCode = await main();
