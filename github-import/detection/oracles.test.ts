import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Project } from "@netlify/build-info";
import { NodeFS } from "@netlify/build-info/node";
import { frameworkList } from "@vercel/frameworks";
import { detectFramework, LocalFileSystemDetector, packageManagers } from "@vercel/fs-detectors";
import { afterEach, beforeEach, expect, it } from "vitest";
import { detect } from "./detect";

// Two published detectors, of hosts for web sites, are asked about the same trees. Where they answer otherwise than ours, the
// difference is listed here with the reason for ours; an unlisted one fails, and so does a listed one that is no more.

interface Answer {
  framework: string | null;
  packageManager: string | null;
}

type Oracle = "vercel" | "netlify";

interface Disagreement extends Partial<Answer> {
  oracle: Oracle;
  because: string;
}

const json = (fields: object) => JSON.stringify(fields);
const dependsOn = (...names: string[]) => json({ dependencies: Object.fromEntries(names.map((name) => [name, "*"])) });

/** Names of theirs that mean one of ours. */
const SYNONYMS: Record<string, string> = {
  "docusaurus-2": "docusaurus",
  "docusaurus-v2": "docusaurus",
  next: "nextjs",
  nuxtjs: "nuxt",
  nuxt3: "nuxt",
  "svelte-kit": "sveltekit",
  "sveltekit-1": "sveltekit",
  "solidstart-1": "solidstart",
  "solid-start": "solidstart",
  "solid-js": "solid",
  redwoodjs: "redwood",
};

const NOT_A_SITE =
  "it knows sites and functions that its host builds, and a server of one's own is none; our sandbox runs it";
const NOT_JAVASCRIPT = "it knows frameworks of JavaScript and site generators alone";

const CASES: [name: string, files: Record<string, string>, disagreements?: Disagreement[]][] = [
  ["Next.js", { "package.json": dependsOn("next", "react"), "package-lock.json": "{}" }],
  ["Nuxt", { "package.json": dependsOn("nuxt", "vue"), "pnpm-lock.yaml": "" }],
  ["Astro", { "package.json": dependsOn("astro"), "yarn.lock": "" }],
  ["SvelteKit", { "package.json": dependsOn("@sveltejs/kit", "svelte", "vite"), "bun.lock": "" }],
  ["Gatsby", { "package.json": dependsOn("gatsby", "react"), "package-lock.json": "{}" }],
  ["Remix", { "package.json": dependsOn("@remix-run/react", "@remix-run/dev"), "package-lock.json": "{}" }],
  [
    "Angular",
    { "package.json": dependsOn("@angular/core", "@angular/cli"), "angular.json": "{}", "package-lock.json": "{}" },
  ],
  ["Docusaurus", { "package.json": dependsOn("@docusaurus/core"), "package-lock.json": "{}" }],
  ["Eleventy", { "package.json": dependsOn("@11ty/eleventy"), "package-lock.json": "{}" }],
  ["VitePress", { "package.json": dependsOn("vitepress", "vue"), "package-lock.json": "{}" }],
  ["create-react-app", { "package.json": dependsOn("react-scripts", "react"), "package-lock.json": "{}" }],
  ["SolidStart", { "package.json": dependsOn("@solidjs/start", "solid-js"), "package-lock.json": "{}" }],
  ["Redwood", { "package.json": dependsOn("@redwoodjs/core"), "redwood.toml": "", "yarn.lock": "" }],
  ["Parcel", { "package.json": dependsOn("parcel"), "package-lock.json": "{}" }],
  ["Vite alone", { "package.json": dependsOn("vite"), "package-lock.json": "{}" }],
  [
    "React with Vite",
    { "package.json": dependsOn("react", "vite"), "package-lock.json": "{}" },
    [
      {
        oracle: "vercel",
        framework: "vite",
        because:
          "it names the build tool; the library is what people call the project, and the port is the tool's all the same",
      },
      {
        oracle: "netlify",
        framework: "vite",
        because:
          "it names the build tool; the library is what people call the project, and the port is the tool's all the same",
      },
    ],
  ],
  [
    "Express",
    { "package.json": dependsOn("express"), "package-lock.json": "{}" },
    [
      {
        oracle: "vercel",
        framework: null,
        because:
          "it looks for the source file that starts the server, which this tree lacks; the dependency tells enough",
      },
      { oracle: "netlify", framework: null, because: NOT_A_SITE },
    ],
  ],
  [
    "Fastify",
    { "package.json": dependsOn("fastify"), "package-lock.json": "{}" },
    [
      {
        oracle: "vercel",
        framework: null,
        because:
          "it looks for the source file that starts the server, which this tree lacks; the dependency tells enough",
      },
      { oracle: "netlify", framework: null, because: NOT_A_SITE },
    ],
  ],
  [
    "NestJS",
    { "package.json": dependsOn("@nestjs/core", "@nestjs/platform-express"), "package-lock.json": "{}" },
    [
      {
        oracle: "vercel",
        framework: null,
        because:
          "it looks for the source file that starts the server, which this tree lacks; the dependency tells enough",
      },
      { oracle: "netlify", framework: null, because: NOT_A_SITE },
    ],
  ],
  [
    "Hono",
    { "package.json": dependsOn("hono"), "package-lock.json": "{}" },
    [
      {
        oracle: "vercel",
        framework: null,
        because:
          "it looks for the source file that starts the server, which this tree lacks; the dependency tells enough",
      },
    ],
  ],
  [
    "the packageManager field beside another lockfile",
    { "package.json": json({ packageManager: "pnpm@9.0.0" }), "yarn.lock": "" },
  ],
  [
    "two lockfiles",
    { "package.json": "{}", "package-lock.json": "{}", "pnpm-lock.yaml": "" },
    [
      {
        oracle: "vercel",
        packageManager: "npm",
        because: "who moves to pnpm forgets npm's lockfile far oftener than the other way round",
      },
    ],
  ],
  [
    "no lockfile",
    { "package.json": "{}" },
    [
      {
        oracle: "vercel",
        packageManager: "yarn",
        because: "npm comes with Node.js, and is there when nothing names another",
      },
    ],
  ],
  [
    "FastAPI",
    { "requirements.txt": "fastapi", "main.py": "from fastapi import FastAPI\napp = FastAPI()" },
    [{ oracle: "netlify", framework: null, because: NOT_JAVASCRIPT }],
  ],
  [
    "Flask",
    { "requirements.txt": "flask", "app.py": "from flask import Flask\napp = Flask(__name__)" },
    [{ oracle: "netlify", framework: null, because: NOT_JAVASCRIPT }],
  ],
  [
    "Django",
    { "requirements.txt": "django", "manage.py": "" },
    [{ oracle: "netlify", framework: null, because: NOT_JAVASCRIPT }],
  ],
  [
    "Hugo",
    { "hugo.toml": "" },
    [
      {
        oracle: "vercel",
        framework: null,
        because: "it knows Hugo's older name of the file, config.toml; hugo.toml is the default since 0.110",
      },
    ],
  ],
  ["Jekyll", { Gemfile: 'gem "jekyll"', "_config.yml": "" }],
  [
    "Go",
    { "go.mod": "module a\n", "main.go": "package main" },
    [{ oracle: "vercel", framework: "go", because: "a language is no framework" }],
  ],
  [
    "Rust",
    { "Cargo.toml": '[package]\nname = "a"\n[dependencies]\naxum = "0.8"\n', "src/main.rs": "" },
    [
      {
        oracle: "vercel",
        framework: "rust",
        because: "it asks for the language before the framework; axum says more, and where it listens",
      },
      { oracle: "netlify", framework: null, because: NOT_JAVASCRIPT },
    ],
  ],
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "detection-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it.each(CASES)("agrees with the published detectors, or says why not, on %s", async (_, files, listed = []) => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const ours = await detect({ paths: Object.keys(files), readText: async (name) => files[name] ?? null });
  const found: Disagreement[] = [];
  for (const [oracle, answer] of Object.entries({
    vercel: await askVercel(folder),
    netlify: await askNetlify(folder),
  })) {
    for (const fact of ["framework", "packageManager"] as const) {
      // Both know the package managers of JavaScript alone.
      if (fact === "packageManager" && files["package.json"] === undefined) continue;
      if (answer[fact] !== ours[fact])
        found.push({ oracle: oracle as Oracle, [fact]: answer[fact], because: expect.any(String) });
    }
  }
  expect(listed).toEqual(found);
});

async function askVercel(root: string): Promise<Answer> {
  const fs = new LocalFileSystemDetector(root);
  return {
    framework: ours(await detectFramework({ fs, frameworkList })),
    packageManager: await detectFramework({ fs, frameworkList: packageManagers }),
  };
}

async function askNetlify(root: string): Promise<Answer> {
  const fs = new NodeFS();
  fs.cwd = root;
  const project = new Project(fs, root, root).setEnvironment({}).setReportFn(() => {});
  const packageManager = await project.detectPackageManager();
  const frameworks = await project.detectFrameworksInPath(root);
  return { framework: ours(frameworks[0]?.id ?? null), packageManager: packageManager?.name ?? null };
}

function ours(name: string | null): string | null {
  return name === null ? null : (SYNONYMS[name] ?? name);
}
