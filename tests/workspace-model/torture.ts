import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const USAGE = `npm run torture:workspaces [-- --schedules N] [--seed S] [--path P]

Runs N schedules (10000 unless told) of everything that may happen to a workspace, with the real tables and workers. The seed
is printed; with the seed and the path of a failure it happens again.
`;

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "10000" },
    seed: { type: "string" },
    path: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else {
  const child = spawn("npm", ["test", "--", "tests/integration/workspace-schedules.test.ts"], {
    stdio: "inherit",
    env: {
      ...process.env,
      WORKSPACE_SCHEDULES: values.schedules,
      WORKSPACE_SEED: values.seed ?? String(Date.now() % 2 ** 31),
      ...(values.path === undefined ? {} : { WORKSPACE_PATH: values.path }),
    },
  });
  child.once("exit", (code) => process.exit(code ?? 1));
}
