import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Api } from "../../demo/api";
import type { DaytonaServer } from "../../tests/daytona-server/server";
import { startGitHubServer } from "../../tests/github-server/server";
import { startVaporform } from "../../tests/support/vaporform";
import { median, type Report } from "../report";
import { withDaytona } from "./daytona";

const IMPORTS = Number(process.env.BENCH_IMPORTS ?? 30);
/** The import's last line, once its files are stored: what comes after it is the workspace. */
const IMPORTED = "[GitHub Import] Detected";

/** From the end of an import to the request that makes its sandbox, one import after another. */
export async function createCall(): Promise<Report> {
  return await withDaytona({}, measure);
}

async function measure(daytona: DaytonaServer): Promise<Report> {
  const scratch = await mkdtemp(path.join(tmpdir(), "bench-workspace-"));
  await writeFile(path.join(scratch, "package.json"), '{"name": "small", "devDependencies": {"typescript": "5"}}');
  const github = await startGitHubServer({ repositories: { "bench/small": scratch } });
  let importedAt = 0;
  const calls: number[] = [];
  daytona.registry.events.on("created", () => calls.push(performance.now() - importedAt));
  const server = await startVaporform({
    secrets: { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url },
    env: { GITHUB_API_URL: github.url, VAPORFORM_WORKSPACES_PER_USER: String(IMPORTS + 1) },
    onLine: (line) => {
      if (line.includes(IMPORTED)) importedAt = performance.now();
    },
  });
  try {
    const api = new Api(server.url, "dev:bench");
    for (let i = 0; i < IMPORTS; i++) {
      const { projectId } = await api.call<{ projectId: string }>("POST", "/github/import", {
        repository: "bench/small",
        name: `small ${i}`,
      });
      await untilCalled(calls, i + 1);
      await api.settledWorkspace(projectId, 60_000);
    }
    const createCallMedianMs = median(calls);
    return {
      lines: [
        `from an import's end to the create call: ${createCallMedianMs.toFixed(1)} ms, median of ${calls.length}`,
      ],
      ratios: { createCallMedianMs },
    };
  } finally {
    await server.stop();
    await github.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function untilCalled(calls: number[], count: number): Promise<void> {
  while (calls.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
}
