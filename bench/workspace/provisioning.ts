import { Daytona } from "@daytonaio/sdk";
import { Api } from "../../demo/api";
import type { DaytonaServer } from "../../tests/daytona-server/server";
import { startVaporform } from "../../tests/support/vaporform";
import type { Report } from "../report";

const WORKSPACES = Number(process.env.BENCH_WORKSPACES ?? 100);
/** How long the Daytona server takes for each sandbox; a real one takes about as long or longer. */
const CREATE_MS = Number(process.env.BENCH_CREATE_MS ?? 3_000);

/**
 * Many workspaces at once against as many bare `create`s of the SDK: until all sandboxes have started, which is all that the SDK
 * does, and until all workspaces are running with their files.
 */
export async function provisioning(daytona: DaytonaServer): Promise<Report> {
  daytona.registry.timing = { createMs: CREATE_MS, startMs: 0, stopMs: 0, deleteMs: 0 };
  const bare = await bareCreates(daytona);
  for (const record of daytona.registry.all) daytona.registry.delete(record);
  const { started, running } = await workspaces(daytona);
  const overheadOverSdk = started / bare;
  const runningOverSdk = running / bare;
  return {
    lines: [
      `${WORKSPACES} workspaces at once, each sandbox ${CREATE_MS / 1000} s in the making: ${started.toFixed(2)} s until all ` +
        `sandboxes have started, ${bare.toFixed(2)} s with the SDK's bare create: ${overheadOverSdk.toFixed(3)}; ` +
        `${running.toFixed(2)} s until all workspaces run with their files: ${runningOverSdk.toFixed(3)}`,
    ],
    ratios: { overheadOverSdk, runningOverSdk },
  };
}

async function bareCreates({ key, url }: DaytonaServer): Promise<number> {
  const client = new Daytona({ apiKey: key, apiUrl: url });
  try {
    const from = performance.now();
    const names = Array.from({ length: WORKSPACES }, (_, i) => `bare-${i}`);
    await Promise.all(names.map((name) => client.create({ name, language: "typescript" }, { timeout: 120 })));
    return (performance.now() - from) / 1000;
  } finally {
    await client[Symbol.asyncDispose]();
  }
}

/** Seconds from the first request. */
async function workspaces(daytona: DaytonaServer): Promise<{ started: number; running: number }> {
  const server = await startVaporform({
    secrets: { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url },
    env: { VAPORFORM_WORKSPACES_PER_USER: String(WORKSPACES + 1) },
  });
  try {
    const api = new Api(server.url, "dev:bench");
    const from = performance.now();
    let startedAt = from;
    daytona.registry.events.on("state", (_record, _old, state) => {
      if (state === "started") startedAt = performance.now();
    });
    const projects = await Promise.all(
      Array.from({ length: WORKSPACES }, (_, i) =>
        api.call<{ id: string }>("POST", "/projects", { name: `many ${i}`, language: "typescript" }),
      ),
    );
    // One after another: a hundred that ask at once would be the load that is measured.
    for (const { id } of projects) await api.settledWorkspace(id, 300_000);
    return { started: (startedAt - from) / 1000, running: (performance.now() - from) / 1000 };
  } finally {
    await server.stop();
  }
}
