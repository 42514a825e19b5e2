import { parseArgs } from "node:util";
import type { Report } from "./report";

const BENCHES: Record<string, () => Promise<(args: string[]) => Promise<Report>>> = {
  import: async () => (await import("./import")).importing,
  runtime: async () => (await import("./runtime")).runtime,
  vfs: async () => (await import("./vfs")).vfs,
  workspace: async () => (await import("./workspace")).workspace,
};

/** `npm run bench -- NAME [--json]`. Exit code 2 for a name that there is none of. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });
  const [name = "", ...args] = positionals;
  const load = BENCHES[name];
  if (load === undefined) {
    console.error(`npm run bench -- NAME [--json], where NAME is one of: ${Object.keys(BENCHES).join(", ")}`);
    return 2;
  }
  const run = await load();
  const { lines, ratios } = await run(args);
  for (const line of lines) console.log(line);
  if (values.json) console.log(JSON.stringify({ bench: name, ratios }));
  return 0;
}

process.exitCode = await main();
