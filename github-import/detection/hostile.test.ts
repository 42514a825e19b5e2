import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detect } from "./detect";

const MANIFESTS = [
  "package.json",
  "pnpm-workspace.yaml",
  "yarn.lock",
  "pyproject.toml",
  "requirements.txt",
  "setup.py",
  "setup.cfg",
  "Pipfile",
  "environment.yml",
  "app.py",
  "manage.py",
  "go.mod",
  "go.work",
  "Cargo.toml",
  "rust-toolchain.toml",
  "pom.xml",
  "build.gradle",
  "Gemfile",
  "composer.json",
  "App.csproj",
  "global.json",
  "mix.exs",
  "deno.jsonc",
  "Makefile",
  "mise.toml",
  ".tool-versions",
  ".nvmrc",
  "lerna.json",
];

/** As much as is ever read of a manifest. */
const MAX_BYTES = 1024 * 1024;

const viewOf = (files: Record<string, string>) => ({
  paths: Object.keys(files),
  readText: async (path: string) => files[path] ?? null,
});

describe("manifests that nobody wrote honestly", () => {
  it("never keep detection from an answer", async () => {
    const name = fc.oneof(
      fc.constantFrom(...MANIFESTS),
      fc.constantFrom(...MANIFESTS).map((file) => `apps/a/${file}`),
      fc.string({ minLength: 1 }),
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom("[project]\ndependencies = 3", "packages: 7", "{}", "[]", "null"),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, text, { noNullPrototype: true }), async (files) => {
        const { language, confidence } = await detect(viewOf(files));
        expect(typeof language).toBe("string");
        expect(confidence).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  // Patterns that look back over and over would take hours for these; the test's time limit is the assertion.
  it.each([
    "\n",
    "a\n",
    "a:\n",
    " ",
    '"a[',
    "/* ",
    "gem ",
    "ruby '",
    "use ./",
    "<TargetFramework>net",
    "{",
    "[",
    "- a\n",
    "a = [",
  ])("are read in bounded time when they repeat %j", async (fragment) => {
    const text = fragment.repeat(MAX_BYTES / fragment.length);
    const detection = await detect(viewOf(Object.fromEntries(MANIFESTS.map((name) => [name, text]))));
    expect(detection.matches.length).toBeGreaterThan(5);
  });

  it("hold no more than a document's own size when their aliases multiply", async () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefghi".split("").map((n, i) => `${n}: &${n} [${Array(9).fill(`*${"abcdefgh"[i]}`).join()}]`),
    ];
    const files = { "package.json": "{}", "pnpm-workspace.yaml": `${bomb.join("\n")}\npackages: *i\n` };
    expect(await detect(viewOf(files))).toMatchObject({ monorepo: null, packageManager: "pnpm" });
  });
});
