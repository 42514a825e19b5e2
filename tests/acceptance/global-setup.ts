import { execFileSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { startGitHubServer } from "../github-server/server";
import { startVaporform } from "../support/vaporform";

declare module "vitest" {
  interface ProvidedContext {
    vaporformUrl: string;
    vaporformRepository: string;
    /** What the API is documented to be. */
    vaporformDocument: string;
  }
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A small public repository, for a server that asks GitHub itself. */
const PUBLIC_REPOSITORY = "vercel/ms";

/** The server at VAPORFORM_URL, or one that is started for the tests, with a GitHub of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide(
    "vaporformDocument",
    execFileSync("npx", ["encore-local", "openapi"], { cwd: ROOT, encoding: "utf8" }),
  );
  const given = process.env.VAPORFORM_URL;
  if (given !== undefined && given !== "") {
    project.provide("vaporformUrl", given.replace(/\/+$/, ""));
    project.provide("vaporformRepository", process.env.VAPORFORM_REPOSITORY ?? PUBLIC_REPOSITORY);
    return async () => undefined;
  }
  const repository = "acceptance/sample";
  const folder = fileURLToPath(new URL("sample-repository", import.meta.url));
  const github = await startGitHubServer({ repositories: { [repository]: path.resolve(folder) } });
  const server = await startVaporform({ env: { GITHUB_API_URL: github.url } });
  project.provide("vaporformUrl", server.url);
  project.provide("vaporformRepository", repository);
  return async () => {
    await server.stop();
    await github.close();
  };
}
