import { DomainError } from "../platform/errors";
import { endProcess, GROUPS, listProcesses, readProcessLog, startProcess } from "./processes";
import type { RunPlan } from "./run-plan";
import type { Toolbox } from "./toolbox";
import { PROJECT_FOLDER } from "./workspace";
import type { WorkItem } from "./workspace-store";

/** The id of the process that runs the project: there is one. */
const RUN_PROCESS = "run";
const DEFAULT_PORT = 3_000;
const LOG_TAIL_CHARACTERS = 4_000;
/** For the answer to a command, beyond the time that it waits. */
const SLACK_SECONDS = 20;

export interface RunRequest {
  /** In place of the plan's. */
  start: string | undefined;
  port: number | undefined;
  env: Record<string, string> | undefined;
  /** Ends what runs, and begins anew. */
  restart: boolean;
  waitSeconds: number;
  previewSeconds: number;
}

export interface RunState {
  /** `starting`: it goes on installing, building or starting; ask again. */
  status: "running" | "starting" | "failed" | "not_started";
  port: number;
  /** Where it can be seen, by everybody who has the address, until `expiresAt`. */
  url: string | null;
  expiresAt: string | null;
  exitCode: number | null;
  /** The end of what it printed; GET /workspace/:workspaceId/processes/run/logs has all. */
  log: string;
}

/**
 * Installs, builds and starts the project, and waits for its port. What runs already is left alone, unless it is to be
 * restarted. Throws `run_not_possible`.
 */
export async function runProject(item: WorkItem, toolbox: Toolbox, request: RunRequest): Promise<RunState> {
  const port = portOf(item, request.port);
  const present = (await listProcesses(toolbox)).find(({ id }) => id === RUN_PROCESS);
  if (present === undefined || present.exitCode !== null || request.restart) {
    if (present !== undefined) await endProcess(toolbox, RUN_PROCESS);
    const command = runScript(await planFor(item, toolbox, request.start));
    const env = { PORT: String(port), HOST: "0.0.0.0", ...request.env };
    await startProcess(toolbox, { command, cwd: undefined, env, name: "run" }, RUN_PROCESS);
  }
  await untilListening(toolbox, port, request.waitSeconds);
  return await runState(toolbox, { port, previewSeconds: request.previewSeconds });
}

export function portOf({ runPlan }: WorkItem, asked: number | undefined): number {
  return asked ?? runPlan?.port ?? DEFAULT_PORT;
}

type Steps = Pick<RunPlan, "install" | "build" | "start">;

/** As it was detected; a project that was made by hand is looked at now. Throws `run_not_possible`. */
async function planFor({ runPlan }: WorkItem, toolbox: Toolbox, start: string | undefined): Promise<Steps> {
  const plan = runPlan ?? (await planFromFiles(toolbox));
  const chosen = start ?? plan.start;
  if (chosen !== null) return { ...plan, start: chosen };
  throw new DomainError("run_not_possible", "nothing was found in the project that says how it is started");
}

const LOOK = `
if [ -f package.json ]; then
  echo install=npm install
  node -e 'const s = require("./package.json").scripts || {};
    if (s.build) console.log("build=npm run build");
    const name = ["start", "dev", "serve"].find((each) => s[each]);
    if (name) console.log("start=npm run " + name)'
elif [ -f requirements.txt ] || [ -f app.py ] || [ -f main.py ]; then
  [ -f requirements.txt ] && echo install=pip install -r requirements.txt
  for f in app.py main.py; do [ -f $f ] && echo start=python3 $f && break; done
elif [ -f go.mod ]; then echo start=go run .
elif [ -f Cargo.toml ]; then echo build=cargo build; echo start=cargo run
elif [ -f index.html ]; then echo 'start=python3 -m http.server $PORT'
fi; exit 0`;

/** What the files at the root say, for a project whose import did not look. */
async function planFromFiles(toolbox: Toolbox): Promise<Steps> {
  const { output } = await toolbox.exec({ command: LOOK, cwd: PROJECT_FOLDER, timeoutSeconds: 30 });
  const found = (name: keyof Steps) => new RegExp(`^${name}=(.+)$`, "m").exec(output)?.[1] ?? null;
  return { install: found("install"), build: found("build"), start: found("start") };
}

/** Each step is named in the log before it begins. */
function runScript({ install, build, start }: Steps): string {
  const steps = Object.entries({ install, build, start }).flatMap(([name, command]) =>
    command === null ? [] : [`echo '==> ${name}'\n{ ${command}\n}`],
  );
  return steps.join(" &&\n");
}

/** Looks in the sandbox, in one command: a port of Linux's own list, or a process that has ended. */
async function untilListening(toolbox: Toolbox, port: number, seconds: number): Promise<void> {
  const group = `"-$(cat ${GROUPS}/${RUN_PROCESS} 2>/dev/null)"`;
  const command = `end=$(($(date +%s) + ${seconds}))
while ! ${isListening(port)}; do
  [ -f ${GROUPS}/${RUN_PROCESS} ] && ! kill -0 ${group} 2>/dev/null && exit 0
  [ "$(date +%s)" -ge "$end" ] && exit 0
  sleep 0.3
done`;
  await toolbox.exec({ command, timeoutSeconds: seconds + SLACK_SECONDS });
}

/** State 0A is "listening"; files of Linux, so that no image needs a tool for it. */
function isListening(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return `cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE ':${hex} [0-9A-F]+:[0-9A-F]+ 0A '`;
}

/** What became of it. */
export async function runState(
  toolbox: Toolbox,
  { port, previewSeconds }: { port: number; previewSeconds: number },
): Promise<RunState> {
  const none = { port, url: null, expiresAt: null, exitCode: null, log: "" };
  const present = (await listProcesses(toolbox)).find(({ id }) => id === RUN_PROCESS);
  if (present === undefined) return { ...none, status: "not_started" };
  const log = (await readProcessLog(toolbox, RUN_PROCESS, 0)).output.slice(-LOG_TAIL_CHARACTERS);
  if (present.exitCode !== null) return { ...none, status: "failed", exitCode: present.exitCode, log };
  const { exitCode } = await toolbox.exec({ command: isListening(port), timeoutSeconds: SLACK_SECONDS });
  if (exitCode !== 0) return { ...none, status: "starting", log };
  return { ...none, status: "running", log, ...(await preview(toolbox, { port, seconds: previewSeconds })) };
}

export interface Preview {
  url: string;
  expiresAt: string;
}

/** An address that needs no signing in, and expires. */
export async function preview(toolbox: Toolbox, options: { port: number; seconds: number }): Promise<Preview> {
  const expiresAt = new Date(Date.now() + options.seconds * 1000).toISOString();
  return { url: await toolbox.previewUrl(options), expiresAt };
}
