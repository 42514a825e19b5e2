import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "vaporform-secrets-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What the gate's own command says of a file with this text. */
async function scan(text: string): Promise<{ code: number | null; output: string }> {
  const file = path.join(folder, `${randomBytes(4).toString("hex")}.ts`);
  await writeFile(file, text);
  const child = spawn(
    process.execPath,
    [
      path.join(ROOT, "node_modules/secretlint/bin/secretlint.js"),
      "--maskSecrets",
      "--secretlintrc",
      path.join(ROOT, ".secretlintrc.json"),
      path.basename(file),
    ],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => {
      output += piece.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}

const letters = (length: number): string =>
  randomBytes(2 * length)
    .toString("base64")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, length);
const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

// Put together here, so that this file holds none of them.
const SECRETS: [string, string][] = [
  ["GitHub's token", `ghp_${letters(36)}`],
  ["GitHub's fine-grained token", `github_pat_${letters(22)}_${letters(59)}`],
  ["Daytona's key", `dtn_${randomBytes(32).toString("hex")}`],
  ["JSON Web Token", `${segment({ alg: "RS256", typ: "JWT" })}.${segment({ sub: "alice", exp: 1 })}.${letters(43)}`],
  [
    "private key",
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  ],
  ["database's password", `mongodb+srv://${letters(8)}:${letters(16)}@cluster.mongodb.net/db`],
];

describe("npm run check", () => {
  it.each(SECRETS)("fails on a %s, and does not print it", async (_what, secret) => {
    const { code, output } = await scan(`export const value = \`${secret}\`;\n`);
    expect(code, output).toBe(1);
    expect(output).not.toContain(secret);
  });

  it("passes what is none", async () => {
    expect(await scan('export const value = "Bearer <token>";\n')).toMatchObject({ code: 0 });
  });

  it("looks at every file that is not made or installed", async () => {
    const { scripts } = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8"));
    expect(scripts.check).toContain('secretlint --maskSecrets "**/*"');
    const ignored = (await readFile(path.join(ROOT, ".secretlintignore"), "utf8")).trim().split("\n");
    expect(ignored).toEqual(["node_modules", ".encore-local", "encore.gen", "dist", "package-lock.json"]);
  });
});
