import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const USAGE = `npm run torture:import [-- --runs N] [--seed S]

Imports N archives (10000 unless told) that are damaged at random, into the real tables. The seed is printed; with it the
same archives come again.
`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else {
  const child = spawn("npm", ["test", "--", "tests/integration/mutated-archives.test.ts"], {
    stdio: "inherit",
    env: {
      ...process.env,
      IMPORT_MUTATIONS: values.runs,
      ...(values.seed === undefined ? {} : { IMPORT_SEED: values.seed }),
    },
  });
  child.once("exit", (code) => process.exit(code ?? 1));
}
