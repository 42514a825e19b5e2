import { describe, expect, it } from "vitest";
import { detect } from "./detect";

const json = (fields: object) => JSON.stringify(fields);

async function monorepoOf(files: Record<string, string>) {
  const { monorepo } = await detect({ paths: Object.keys(files), readText: async (path) => files[path] ?? null });
  return monorepo && { ...monorepo, apps: monorepo.apps.map(({ path, name }) => ({ path, name })) };
}

describe("a monorepo", () => {
  it.each<[string, Record<string, string>, object]>([
    [
      "pnpm's workspace, with what it leaves out",
      {
        "package.json": "{}",
        "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n  - '!apps/old'\n",
        "apps/web/package.json": json({ name: "@x/web" }),
        "apps/old/package.json": "{}",
        "turbo.json": "{}",
      },
      { tool: "pnpm", runner: "turbo", apps: [{ path: "apps/web", name: "@x/web" }] },
    ],
    [
      "npm's workspaces",
      {
        "package.json": json({ workspaces: ["./packages/*"] }),
        "packages/a/package.json": "{}",
        "packages/b/README.md": "",
      },
      { tool: "npm", runner: null, apps: [{ path: "packages/a", name: "a" }] },
    ],
    [
      "yarn's workspaces in the longer form",
      {
        "package.json": json({ workspaces: { packages: ["libs/**"] } }),
        "yarn.lock": "",
        "libs/x/y/package.json": "{}",
      },
      { tool: "yarn", apps: [{ path: "libs/x/y", name: "y" }] },
    ],
    [
      "lerna",
      { "package.json": "{}", "lerna.json": json({ packages: ["modules/*"] }), "modules/m/package.json": "{}" },
      { tool: "lerna", runner: "lerna", apps: [{ path: "modules/m", name: "m" }] },
    ],
    [
      "nx by its project files",
      { "package.json": "{}", "nx.json": "{}", "apps/shop/project.json": "{}", "apps/shop/index.html": "" },
      { tool: "nx", runner: "nx", apps: [{ path: "apps/shop", name: "shop" }] },
    ],
    [
      "uv's workspace",
      {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/skip"]\n',
        "packages/one/pyproject.toml": '[project]\nname = "one-name"\n',
        "packages/skip/pyproject.toml": "",
      },
      { tool: "uv", apps: [{ path: "packages/one", name: "one-name" }] },
    ],
    [
      "Cargo's workspace",
      {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "crates/core/Cargo.toml": '[package]\nname = "my-core"\n',
      },
      { tool: "cargo", apps: [{ path: "crates/core", name: "my-core" }] },
    ],
    [
      "Go's workspace",
      {
        "go.work": "go 1.23\n\nuse (\n\t./api\n\t./tools // comment\n)\n",
        "api/go.mod": "module example.com/x/api\n",
        "tools/go.mod": "",
      },
      {
        tool: "go",
        apps: [
          { path: "api", name: "api" },
          { path: "tools", name: "tools" },
        ],
      },
    ],
    [
      "folders that people use for apps",
      { "frontend/package.json": "{}", "backend/requirements.txt": "", "docs/package.json": "{}" },
      {
        tool: "folders",
        apps: [
          { path: "backend", name: "backend" },
          { path: "frontend", name: "frontend" },
        ],
      },
    ],
  ])("is found by %s", async (_, files, expected) => {
    expect(await monorepoOf(files)).toMatchObject(expected);
  });

  it("is not seen in a single project", async () => {
    expect(await monorepoOf({ "package.json": "{}", "src/a.ts": "" })).toBeNull();
  });

  it("lists no more apps than anybody chooses from, and says so", async () => {
    const files = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`packages/p${i}/package.json`, "{}"]));
    expect(await monorepoOf({ "package.json": json({ workspaces: ["packages/*"] }), ...files })).toMatchObject({
      truncated: true,
      apps: { length: 100 },
    });
  });

  it("installs its members as its root says", async () => {
    const files: Record<string, string> = {
      "package.json": json({ workspaces: ["apps/*"] }),
      "pnpm-lock.yaml": "",
      "apps/web/package.json": json({ dependencies: { next: "1" } }),
    };
    const { monorepo } = await detect({ paths: Object.keys(files), readText: async (path) => files[path] ?? null });
    expect(monorepo?.apps).toMatchObject([
      { packageManager: "pnpm", framework: "nextjs", commands: { install: "pnpm install --frozen-lockfile" } },
    ]);
  });

  it("decides what a tree is only where nothing is at its root", async () => {
    const files: Record<string, string> = {
      "README.md": "",
      "back end/requirements.txt": "",
      "backend/requirements.txt": "flask",
      "backend/app.py": "app = Flask(__name__)",
      "frontend/package.json": "{}",
    };
    const detection = await detect({ paths: Object.keys(files), readText: async (path) => files[path] ?? null });
    expect(detection).toMatchObject({
      language: "python",
      confidence: 0.5,
      matches: [],
      commands: { install: "cd backend && pip install -r requirements.txt" },
    });
  });
});
