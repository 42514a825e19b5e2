import { spawn } from "node:child_process";

/** Runs one test file with what its environment says about how long, and ends the process as the test ends. */
export function runLongTest(file: string, environment: Record<string, string | undefined>): void {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined);
  const child = spawn("npm", ["test", "--", file], {
    stdio: "inherit",
    env: { ...process.env, ...Object.fromEntries(given) },
  });
  child.once("exit", (code) => process.exit(code ?? 1));
}
