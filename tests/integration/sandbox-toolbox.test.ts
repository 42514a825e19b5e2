import { randomUUID } from "node:crypto";
import { SandboxState } from "@daytona/api-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectToDaytona } from "../../workspace/daytona-sandboxes";
import { listProcesses, startProcess } from "../../workspace/processes";
import type { Sandboxes } from "../../workspace/sandboxes";
import type { Toolbox } from "../../workspace/toolbox";
import type { SandboxRecord } from "../daytona-server/registry";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";

let server: DaytonaServer;
let sandboxes: Sandboxes;

beforeAll(async () => {
  server = await startDaytonaServer({ key: "key-for-tests" });
  sandboxes = await connectToDaytona({ apiKey: server.key, apiUrl: server.url });
});

afterEach(() => {
  server.faults.clear();
});

afterAll(async () => {
  await sandboxes.close();
  await server.close();
});

/** A sandbox whose toolbox has been used, so that all that is remembered of it is. */
async function used(): Promise<{ toolbox: Toolbox; record: SandboxRecord }> {
  const { id } = await sandboxes.create({ name: randomUUID(), language: "typescript", labels: {} });
  const record = server.registry.find(id);
  if (record === undefined) throw new Error("there is no sandbox");
  const toolbox = sandboxes.toolbox(id);
  expect(await echo(toolbox)).toEqual({ exitCode: 0, output: "here\n" });
  return { toolbox, record };
}

const echo = (toolbox: Toolbox) => toolbox.exec({ command: "echo here", timeoutSeconds: 10 });

const EXECUTE = "POST /toolbox/:id/process/execute";

describe("what is asked of a sandbox", () => {
  it("that was removed meanwhile says so, although the toolbox answers as for a refused key", async () => {
    const { toolbox, record } = await used();
    server.registry.delete(record);
    await expect(echo(toolbox)).rejects.toMatchObject({
      reason: "workspace_not_running",
      message: "the sandbox was removed in Daytona",
    });
  });

  it("with a key that is refused says so, although the toolbox answers as for a sandbox that is gone", async () => {
    const { toolbox } = await used();
    server.faults.add(EXECUTE, { kind: "status", status: 401, message: "Bearer token is invalid" });
    await expect(echo(toolbox)).rejects.toMatchObject({ reason: "daytona_unauthorized" });
  });

  it.each([SandboxState.STOPPED, SandboxState.STARTED])(
    "that has stopped says so, whether Daytona says %s or has not noticed",
    async (state) => {
      const { toolbox, record } = await used();
      server.registry.setState(record, SandboxState.STOPPED);
      if (state === SandboxState.STARTED) {
        server.registry.setState(record, state);
        const message = "failed to resolve container IP after 3 attempts: no IP address found. Is the Sandbox started?";
        server.faults.add(EXECUTE, { kind: "status", status: 400, message });
      }
      await expect(echo(toolbox)).rejects.toMatchObject({
        reason: "workspace_not_running",
        message: "the sandbox has stopped",
      });
    },
  );

  it("whose daemon does not answer is told of as something that passes", async () => {
    const { toolbox } = await used();
    server.faults.add(EXECUTE, { kind: "status", status: 502 });
    await expect(echo(toolbox)).rejects.toMatchObject({ reason: "daytona_unavailable", retryable: true });
    expect(await echo(toolbox)).toMatchObject({ exitCode: 0 });
  });

  it("is not carried out twice when its answer is lost", async () => {
    const { toolbox } = await used();
    server.faults.add(EXECUTE, { kind: "reset", effect: true });
    const command = "echo once >> count";
    await expect(toolbox.exec({ command, timeoutSeconds: 10 })).rejects.toMatchObject({
      reason: "daytona_unavailable",
    });
    expect(await toolbox.exec({ command: "cat count", timeoutSeconds: 10 })).toMatchObject({ output: "once\n" });
  });

  it("ends with an exit of its own, also in the background", async () => {
    const { toolbox } = await used();
    expect(await toolbox.exec({ command: "exit 3", timeoutSeconds: 10 })).toMatchObject({ exitCode: 3 });
    await toolbox.exec({ command: "mkdir project", timeoutSeconds: 10 });
    const { id } = await startProcess(toolbox, { command: "exit 4", cwd: undefined, env: undefined, name: "ends" });
    for (let look = 0; look < 200; look++) {
      const found = (await listProcesses(toolbox)).find((each) => each.id === id);
      if (found?.exitCode !== null) {
        expect(found).toMatchObject({ exitCode: 4 });
        return;
      }
    }
    throw new Error("the process never ended");
  });
});
