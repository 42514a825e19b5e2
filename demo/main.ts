import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startDaytonaServer } from "../tests/daytona-server/server";
import { type GitHubServer, startGitHubServer } from "../tests/github-server/server";
import { parseDemoArguments, type Source, USAGE } from "./arguments";
import { type PassResult, runPass } from "./pass";

const thisRepository = fileURLToPath(new URL("..", import.meta.url));

interface DemoResult {
  development: PassResult;
  sandbox: PassResult;
}

async function runDemo(source: Source, print: (line: string) => void): Promise<DemoResult> {
  const folder = await mkdtemp(path.join(tmpdir(), "vaporform-demo-"));
  // The same data folder serves both passes, so that the second start is the quick one of every day.
  const common = { repository: source.repository, dataDir: path.join(folder, "data"), print };
  const github = source.kind === "local" ? await serveFolder(source, print) : undefined;
  const daytona = await startDaytonaServer({ key: "demo-key" });
  const env: Record<string, string> = github === undefined ? {} : { GITHUB_API_URL: github.url };
  try {
    const development = await runPass({ ...common, env, title: "Development mode: no Daytona key", secrets: {} });
    const secrets = { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url };
    const sandbox = await runPass({ ...common, env, title: "With a Daytona server", secrets });
    return { development, sandbox };
  } finally {
    await Promise.all([github?.close(), daytona.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function serveFolder(source: Source & { kind: "local" }, print: (line: string) => void): Promise<GitHubServer> {
  const github = await startGitHubServer({ repositories: { [source.repository]: source.folder } });
  print(`Importing ${source.folder} as ${source.repository}, through a GitHub server at ${github.url}`);
  return github;
}

async function main(): Promise<void> {
  const args = parseDemoArguments(process.argv.slice(2), thisRepository);
  if (args.help) {
    console.log(USAGE);
    return;
  }
  const startedAt = performance.now();
  const result = await runDemo(args.source, (line) => console.log(line));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log("");
  console.log(
    `Done in ${seconds} s: ${result.sandbox.import.files} files imported twice, language ${result.sandbox.language},`,
  );
  console.log(`one workspace in development mode, one with sandbox ${result.sandbox.workspace.daytonaSandboxId}.`);
  console.log("Next: npm start, and the curl commands of the README.");
  if (args.json) console.log(JSON.stringify(result));
}

try {
  await main();
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
