import { commandOptions } from "../support/command-options";
import { runLongTest } from "../support/long-test";

const USAGE = `npm run torture:workspaces [-- --schedules N] [--seed S] [--path P]

Runs N schedules (10000 unless told) of everything that may happen to a workspace, with the real tables and workers. The seed
is printed; with the seed and the path of a failure it happens again.
`;

const options = commandOptions(USAGE, ["schedules", "seed", "path"]);
if (options !== undefined) {
  runLongTest("tests/integration/workspace-schedules.test.ts", {
    WORKSPACE_SCHEDULES: options.schedules ?? "10000",
    WORKSPACE_SEED: options.seed ?? String(Date.now() % 2 ** 31),
    WORKSPACE_PATH: options.path,
  });
}
