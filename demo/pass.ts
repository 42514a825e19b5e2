import { startVaporform, type Vaporform } from "../tests/support/vaporform";
import { Api, type ExecResult, type ImportState, type WorkspaceState } from "./api";
import { drawTree } from "./tree";

export interface PassOptions {
  repository: string;
  /** Shown above what the pass prints. */
  title: string;
  dataDir: string;
  env: Record<string, string>;
  secrets: Record<string, string>;
  print: (line: string) => void;
}

/** What one pass through the main job came to. */
export interface PassResult {
  import: { id: string; projectId: string; repository: string; status: string; files: number; bytes: number };
  language: string;
  workspace: { id: string; status: string; mode: string; language: string; daytonaSandboxId: string | null };
  /** With a sandbox only: the command that ran in it, and what it answered. */
  exec?: ExecResult & { command: string };
}

/** How long provisioning may take before the demo gives up; on loopback it takes a second or two. */
const WORKSPACE_TIMEOUT_MS = 45_000;
const COMMAND = "pwd && ls | head -20";

/** The log lines that operators look for; all else stays in the log. */
const SHOWN_LOG = /✓ |\[GitHub Import\]|\[DAYTONA DEBUG\]|Unknown language|Cannot sync status/;

/** Starts a server of its own, drives the main job through it as a frontend would, and stops it. */
export async function runPass(options: PassOptions): Promise<PassResult> {
  const { print } = options;
  print("");
  print(`── ${options.title} ${"─".repeat(Math.max(0, 72 - options.title.length))}`);
  const server = await startVaporform({
    dataDir: options.dataDir,
    env: options.env,
    secrets: options.secrets,
    onLine: (line) => showLog(line, print),
  });
  try {
    return await driveMainJob(server, options);
  } finally {
    await server.stop();
  }
}

async function driveMainJob(server: Vaporform, { repository, print }: PassOptions): Promise<PassResult> {
  const api = new Api(server.url, "dev:demo");
  print(`  POST /github/import  {"repository": "${repository}"}`);
  const started = await api.call<ImportState>("POST", "/github/import", { repository });
  await api.followImport(started.id, (state) => {
    print(`  ${state.status.padEnd(12)} ${state.files} files, ${state.bytes} bytes`);
  });
  const imported = await api.call<ImportState>("GET", `/github/imports/${started.id}`);
  if (imported.status !== "succeeded") {
    throw new Error(`the import is ${imported.status}: ${JSON.stringify(imported.failure)}`);
  }

  const entries = await api.listTree(imported.projectId);
  print(`  Files (${entries.filter((entry) => entry.kind !== "directory").length})`);
  for (const line of drawTree(entries)) print(`    ${line}`);

  const project = await api.call<{ language: string }>("GET", `/projects/${imported.projectId}`);
  print(`  Language   ${project.language}`);

  const workspace = await api.settledWorkspace(imported.projectId, WORKSPACE_TIMEOUT_MS);
  if (workspace.status !== "running")
    throw new Error(`the workspace is ${workspace.status}: ${workspace.statusReason}`);
  print(`  Workspace  ${workspace.id}: ${workspace.status}, ${describeSandbox(workspace)}`);

  const exec = workspace.mode === "daytona" ? await runCommand(api, workspace.id, print) : undefined;
  return {
    import: pick(imported),
    language: project.language,
    workspace: {
      id: workspace.id,
      status: workspace.status,
      mode: workspace.mode,
      language: workspace.language,
      daytonaSandboxId: workspace.daytonaSandboxId,
    },
    ...(exec === undefined ? {} : { exec }),
  };
}

async function runCommand(
  api: Api,
  workspaceId: string,
  print: (line: string) => void,
): Promise<ExecResult & { command: string }> {
  const { exitCode, output } = await api.call<ExecResult>("POST", `/workspace/${workspaceId}/exec`, {
    command: COMMAND,
  });
  print(`  In the sandbox: ${COMMAND}`);
  for (const line of output.trimEnd().split("\n")) print(`    ${line}`);
  if (exitCode !== 0) throw new Error(`the command ended with exit code ${exitCode}`);
  return { command: COMMAND, exitCode, output };
}

function pick({ id, projectId, repository, status, files, bytes }: ImportState): PassResult["import"] {
  return { id, projectId, repository, status, files, bytes };
}

function describeSandbox(workspace: WorkspaceState): string {
  return workspace.daytonaSandboxId === null ? "development mode, no sandbox" : `sandbox ${workspace.daytonaSandboxId}`;
}

function showLog(line: string, print: (line: string) => void): void {
  const message = logMessage(line);
  if (message !== undefined && SHOWN_LOG.test(message)) print(`  log  ${message}`);
}

/** The server logs JSON, one object a line; anything else that it prints is not of the log. */
function logMessage(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== "object" || entry === null || !("message" in entry)) return undefined;
  return typeof entry.message === "string" ? entry.message : undefined;
}
