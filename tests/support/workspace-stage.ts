import { existsSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { Api, type ExecResult, type WorkspaceState } from "../../demo/api";
import type { SandboxRecord } from "../daytona-server/registry";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { startVaporform, type Vaporform } from "./vaporform";

/** A workspace that runs, with what a test wants of it. */
export interface Stage {
  projectId: string;
  workspaceId: string;
  /** Calls `/workspace/:workspaceId<suffix>`. */
  call<T>(method: string, suffix: string, body?: unknown): Promise<T>;
  exec(command: string): Promise<ExecResult>;
  sandbox(): SandboxRecord;
  /** What the sandbox has at a path of the project: text, `-> target`, or null. */
  inSandbox(file: string): string | null;
}

export interface Backend {
  daytona: DaytonaServer;
  server: Vaporform;
  api: Api;
  /** Makes a project, waits until its workspace runs. */
  stage(files?: Record<string, string>): Promise<Stage>;
  stop(): Promise<void>;
}

const WAIT_MS = 50_000;

/** A real backend before a Daytona server, each with a key of its own. */
export async function startBackend(user: string): Promise<Backend> {
  const daytona = await startDaytonaServer({ key: `key-for-${user}` });
  const secrets = { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url };
  const server = await startVaporform({ secrets });
  const api = new Api(server.url, `dev:${user}`);
  const stage = async (files: Record<string, string> = {}): Promise<Stage> => {
    const name = `stage ${crypto.randomUUID()}`;
    const { id: projectId, workspaceId } = await api.call<{ id: string; workspaceId: string }>("POST", "/projects", {
      name,
      language: "typescript",
    });
    for (const [file, content] of Object.entries(files)) {
      await api.call("POST", "/vfs/files", { projectId, path: file, content });
    }
    await api.settledWorkspace(projectId, WAIT_MS);
    const call = <T>(method: string, suffix: string, body?: unknown) =>
      api.call<T>(method, `/workspace/${workspaceId}${suffix}`, body);
    // Files that were written after the sandbox was filled.
    await call<WorkspaceState>("POST", "/sync", {});
    const sandbox = (): SandboxRecord => {
      const found = daytona.registry.all.find((each) => each.sandbox.labels["vaporform-workspace"] === workspaceId);
      if (found === undefined) throw new Error("the workspace has no sandbox");
      return found;
    };
    const inSandbox = (file: string): string | null => {
      const at = path.join(sandbox().folder, "project", file);
      if (!existsSync(at) && !lstatSync(at, { throwIfNoEntry: false })) return null;
      return lstatSync(at).isSymbolicLink() ? `-> ${readlinkSync(at)}` : readFileSync(at, "utf8");
    };
    const exec = (command: string) => call<ExecResult>("POST", "/exec", { command });
    return { projectId, workspaceId, call, exec, sandbox, inSandbox };
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    await daytona.close();
  };
  return { daytona, server, api, stage, stop };
}
