import { randomUUID } from "node:crypto";
import { z } from "zod";
import { DomainError } from "../platform/errors";
import { quote } from "./shell";
import type { SandboxProcess, Toolbox } from "./toolbox";
import { PROJECT_FOLDER } from "./workspace";

/** Ours among the sandbox's sessions. */
const PREFIX = "vaporform-";
/** Where each process notes its group, so that all it started can be ended with it. */
export const GROUPS = ".vaporform/processes";
/** More of a log than this is cut off at its beginning. */
const MAX_LOG_CHARACTERS = 1024 * 1024;
const END_SECONDS = 30;

export interface ProcessSpecification {
  command: string;
  cwd: string | undefined;
  env: Record<string, string> | undefined;
  /** For people. */
  name: string;
}

export interface BackgroundProcess {
  id: string;
  name: string;
  command: string;
  startedAt: string;
  /** Null while it runs. */
  exitCode: number | null;
}

export interface ProcessLog {
  /** stdout and stderr as they came. */
  output: string;
  /** Where to go on reading. */
  nextOffset: number;
  /** What came before `output` was cut off. */
  truncated: boolean;
}

/** Starts a command that goes on by itself; what it prints is kept. Throws `invalid_request` for a folder that is not there. */
export async function startProcess(
  toolbox: Toolbox,
  specification: ProcessSpecification,
  id: string = randomUUID(),
): Promise<BackgroundProcess> {
  const { command, name } = specification;
  const startedAt = new Date().toISOString();
  await toolbox.startProcess({ id: PREFIX + id, command: shellLine(id, { ...specification, startedAt }) });
  return { id, name, command, startedAt, exitCode: null };
}

/**
 * In a group of its own, with stdout and stderr in the order in which they came, and inside of a second shell: an `exit` would
 * end the session's and its answer would never come. The first line tells who it is.
 */
function shellLine(
  id: string,
  { command, cwd, env, name, startedAt }: ProcessSpecification & { startedAt: string },
): string {
  const variables = Object.entries(env ?? {}).map(([variable, value]) => `export ${variable}=${quote(value)}`);
  const script = [
    `mkdir -p ${GROUPS} && echo $$ > ${GROUPS}/${id}`,
    ...variables,
    `cd ${quote(folderOf(cwd))} || exit 126`,
    command,
  ];
  return `# ${JSON.stringify({ name, command, startedAt })}\nsetsid sh -c ${quote(script.join("\n"))} 2>&1`;
}

export function folderOf(cwd: string | undefined): string {
  if (cwd === undefined) return PROJECT_FOLDER;
  return cwd.startsWith("/") ? cwd : `${PROJECT_FOLDER}/${cwd}`;
}

const header = z.object({ name: z.string(), command: z.string(), startedAt: z.string() });

function toBackgroundProcess({ id, command, exitCode }: SandboxProcess): BackgroundProcess[] {
  if (!id.startsWith(PREFIX) || !command.startsWith("# ")) return [];
  const parsed = header.safeParse(JSON.parse(command.slice(2, command.indexOf("\n"))));
  return parsed.success ? [{ id: id.slice(PREFIX.length), ...parsed.data, exitCode }] : [];
}

export async function listProcesses(toolbox: Toolbox): Promise<BackgroundProcess[]> {
  const processes = (await toolbox.listProcesses()).flatMap(toBackgroundProcess);
  return processes.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** Throws `process_not_found`. */
async function findProcess(toolbox: Toolbox, id: string): Promise<BackgroundProcess> {
  const found = (await listProcesses(toolbox)).find((each) => each.id === id);
  if (found === undefined) throw new DomainError("process_not_found", `the sandbox has no process ${id}`);
  return found;
}

/** What it printed behind `offset`. Throws `process_not_found`. */
export async function readProcessLog(toolbox: Toolbox, id: string, offset: number): Promise<ProcessLog> {
  const all = await toolbox.processOutput(PREFIX + id);
  const start = Math.max(offset, all.length - MAX_LOG_CHARACTERS);
  return { output: all.slice(start), nextOffset: all.length, truncated: start > offset };
}

/** Ends it and all that it started: politely first, then not. Throws `process_not_found`. */
export async function endProcess(toolbox: Toolbox, id: string): Promise<void> {
  await findProcess(toolbox, id);
  const group = `"-$(cat ${GROUPS}/${id})"`;
  const wait = `for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 ${group} || exit 0; sleep 0.5; done`;
  const command = `exec 2>/dev/null; kill -TERM ${group} || exit 0; ${wait}; kill -KILL ${group}; exit 0`;
  await toolbox.exec({ command, timeoutSeconds: END_SECONDS });
  await toolbox.removeProcess(PREFIX + id);
}
