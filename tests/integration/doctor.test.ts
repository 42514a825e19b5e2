import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { writeSecrets } from "../support/secrets-file";

const root = fileURLToPath(new URL("../..", import.meta.url));

let scratch: string;
let daytona: DaytonaServer;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-doctor-"));
  daytona = await startDaytonaServer({ key: "key-for-the-doctor" });
});

afterAll(async () => {
  await daytona.close();
  await rm(scratch, { recursive: true, force: true });
});

interface Outcome {
  code: number | null;
  output: string;
}

/** The command of package.json, with secrets and a database of its own. */
async function doctor(secrets: Record<string, string>, ...args: string[]): Promise<Outcome> {
  const file = await writeSecrets(scratch, secrets);
  const bin = path.join(root, "encore-local/bin/encore-local.mjs");
  const own = ["exec", "--data-dir", path.join(scratch, "data"), "--secrets", file, "--"];
  // The tests' own runtime is not this process's.
  const { ENCORE_RUNTIME_LIB: _, ENCORE_LOCAL_CONFIG: __, ...env } = process.env;
  const child = spawn(process.execPath, [bin, ...own, "tsx", "workspace/commands/doctor.ts", ...args], {
    cwd: root,
    env: { ...env, NODE_ENV: "", VITEST: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr.on("data", (piece: Buffer) => pieces.push(piece));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output: Buffer.concat(pieces).toString("utf8") };
}

describe("npm run doctor", () => {
  it("finds nothing wrong with development mode, and says what to set", async () => {
    const { code, output } = await doctor({});
    expect(output).toContain("DaytonaAPIKey is not set: development mode");
    expect(output).toContain("healthy");
    expect(code).toBe(0);
  });

  it("names a refused key, and prints it nowhere", async () => {
    const wrong = `dtn_${"0b".repeat(32)}`;
    const { code, output } = await doctor({ DaytonaAPIKey: wrong, DaytonaAPIURL: daytona.url }, "--json");
    const last = output
      .trimEnd()
      .split("\n")
      .find((line) => line.startsWith('{"healthy"'));
    expect(JSON.parse(last ?? "{}")).toMatchObject({
      healthy: false,
      findings: expect.arrayContaining([expect.objectContaining({ check: "key_accepted", level: "problem" })]),
    });
    expect(output).not.toContain(wrong);
    expect(output).not.toContain(wrong.slice(4, 24));
    expect(code).toBe(1);
  });
});
