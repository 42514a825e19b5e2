import { commandOptions } from "../support/command-options";
import { runLongTest } from "../support/long-test";

const USAGE = `npm run torture:import [-- --runs N] [--seed S]

Imports N archives (10000 unless told) that are damaged at random, into the real tables. The seed is printed; with it the
same archives come again.
`;

const options = commandOptions(USAGE, ["runs", "seed"]);
if (options !== undefined) {
  runLongTest("tests/integration/mutated-archives.test.ts", {
    IMPORT_MUTATIONS: options.runs ?? "10000",
    IMPORT_SEED: options.seed,
  });
}
