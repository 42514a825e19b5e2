import { describe, expect, it } from "vitest";
import { detect } from "./detect";

/** A tree from texts by path. */
const tree = (files: Record<string, string>) => ({
  paths: Object.keys(files),
  readText: async (path: string) => files[path] ?? null,
});

const manifest = (fields: object) => JSON.stringify(fields);

describe("detection", () => {
  it.each([
    [
      "a tsconfig",
      { "package.json": "{}", "tsconfig.json": "{}" },
      { language: "typescript", label: "Node.js/TypeScript" },
    ],
    [
      "the compiler",
      { "package.json": manifest({ devDependencies: { typescript: "5" } }) },
      { language: "typescript" },
    ],
    ["TypeScript source", { "package.json": "{}", "src/a.ts": "" }, { language: "typescript" }],
    [
      "JavaScript alone",
      { "package.json": "{}", "index.js": "" },
      { language: "javascript", label: "Node.js/TypeScript" },
    ],
    ["declarations alone", { "package.json": "{}", "index.d.ts": "" }, { language: "javascript" }],
    ["a manifest that is no JSON", { "package.json": "{", "index.js": "" }, { language: "javascript" }],
    [
      "Next.js before React",
      { "package.json": manifest({ dependencies: { react: "19", next: "16" } }) },
      { framework: "nextjs" },
    ],
    ["a lockfile", { "package.json": "{}", "pnpm-lock.yaml": "" }, { packageManager: "pnpm" }],
    [
      "the packageManager field before a lockfile",
      { "package.json": manifest({ packageManager: "yarn@4.1.0" }), "package-lock.json": "" },
      { packageManager: "yarn" },
    ],
    [
      "requirements.txt",
      { "requirements.txt": "flask==3\n" },
      { language: "python", label: "Python", framework: "flask" },
    ],
    [
      "pyproject.toml",
      { "pyproject.toml": 'dependencies = ["fastapi>=0.1", "x"]' },
      { language: "python", framework: "fastapi" },
    ],
    ["Django's manage.py", { "requirements.txt": "", "manage.py": "" }, { language: "python", framework: "django" }],
    [
      "Python with its entry point before Node",
      { "requirements.txt": "", "main.py": "", "package.json": "{}" },
      { language: "python" },
    ],
    [
      "Node before Python tools",
      { "requirements.txt": "", "package.json": "{}", "tsconfig.json": "{}" },
      { language: "typescript" },
    ],
    ["Go", { "go.mod": "" }, { language: "go", label: "Go" }],
    ["Rust", { "Cargo.toml": "" }, { language: "rust" }],
    ["Java", { "pom.xml": "" }, { language: "java" }],
    ["Kotlin's Gradle", { "build.gradle.kts": "" }, { language: "java" }],
    ["Ruby", { Gemfile: "" }, { language: "ruby" }],
    ["PHP", { "composer.json": "{}" }, { language: "php" }],
    [".NET", { "App.csproj": "" }, { language: "dotnet" }],
    ["Elixir", { "mix.exs": "" }, { language: "elixir" }],
    ["Deno", { "deno.json": "{}" }, { language: "deno" }],
    ["C++", { "CMakeLists.txt": "" }, { language: "cpp" }],
    ["a web page", { "index.html": "" }, { language: "static" }],
    ["scripts alone", { "a.py": "", "b.py": "", "c.sh": "" }, { language: "python" }],
    [
      "a nested manifest, which does not outvote the root",
      { "go.mod": "", "web/package.json": "{}" },
      { language: "go" },
    ],
    ["nothing", { README: "" }, { language: "unknown", evidence: [] }],
  ])("knows %s", async (_, files, expected) => {
    expect(await detect(tree(files))).toMatchObject(expected);
  });
});
