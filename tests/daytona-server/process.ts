import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecuteResponse } from "@daytona/toolbox-api-client";
import { z } from "zod";
import { readBody, sendJson, sendToolboxError } from "./http";
import { quote, SHELL, sandboxEnvironment } from "./shell";
import type { ToolboxCall } from "./toolbox";

/** Daytona's own limit for a command without one. */
const DEFAULT_TIMEOUT_SECONDS = 360;
const TSX = fileURLToPath(new URL("../../node_modules/.bin/tsx", import.meta.url));

const environment = z.record(z.string(), z.string()).nullish();
const executeBody = z.object({
  command: z.string().min(1),
  cwd: z.string().nullish(),
  envs: environment,
  timeout: z.number().nullish(),
});
const codeRunBody = z.object({
  code: z.string().min(1),
  language: z.string(),
  argv: z.array(z.string()).nullish(),
  envs: environment,
  timeout: z.number().nullish(),
});

/** `POST /process/execute`: stdout and stderr come together, in a shell without input. */
export async function executeCommand(call: ToolboxCall): Promise<void> {
  const parsed = await readParsed(call.req);
  if (parsed === undefined) return fail(call, 400, "BAD_REQUEST", "bad request: invalid request body: unexpected EOF");
  const body = executeBody.safeParse(parsed);
  if (!body.success) {
    return fail(
      call,
      400,
      "BAD_REQUEST",
      `bad request: invalid request body: ${required("ExecuteRequest", "Command")}`,
    );
  }
  const { command, cwd, envs, timeout } = body.data;
  if (command.trim() === "") {
    return fail(call, 400, "BAD_REQUEST", "bad request: command cannot be empty or whitespace-only");
  }
  const workFolder = path.resolve(call.record.folder, cwd ?? ".");
  if (!existsSync(workFolder)) {
    const result = `fork/exec ${SHELL}: no such file or directory`;
    return sendJson(call.res, 200, { exitCode: -1, result } satisfies ExecuteResponse);
  }
  await runAndAnswer(call, { command, cwd: workFolder, env: envs ?? {}, timeout: timeout ?? undefined });
}

/**
 * `POST /process/code-run`. Arguments go into the shell's line as they are: a space splits them, `$(...)` runs. TypeScript
 * has its types taken off and is not checked, as with the ts-node of the real one.
 */
export async function runCode(call: ToolboxCall): Promise<void> {
  const body = codeRunBody.safeParse(await readParsed(call.req));
  if (!body.success) {
    const rule = required("CodeRunRequest", "Code");
    return fail(call, 400, "INVALID_REQUEST_BODY", `invalid body request: ${rule}`);
  }
  const { code, language, argv, envs, timeout } = body.data;
  const file = path.join(`${call.record.folder}.daemon`, `code-${process.hrtime.bigint()}`);
  const programs: Record<string, string> = {
    python: `python3 - ${(argv ?? []).join(" ")} < ${quote(file)}`,
    javascript: `node -e "$(cat ${quote(file)})" ${(argv ?? []).join(" ")}`,
    typescript: `${quote(TSX)} -e "$(cat ${quote(file)})" ${(argv ?? []).join(" ")}`,
  };
  const command = programs[language];
  if (command === undefined) {
    return fail(call, 400, "BAD_REQUEST", `bad request: unsupported language: ${language}`);
  }
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, code);
  await runAndAnswer(call, { command, cwd: call.record.folder, env: envs ?? {}, timeout: timeout ?? undefined });
}

interface RunOptions {
  command: string;
  cwd: string;
  env: Record<string, string>;
  timeout: number | undefined;
}

async function runAndAnswer(call: ToolboxCall, { command, cwd, env, timeout }: RunOptions): Promise<void> {
  const { record, daemon, res } = call;
  const child = daemon.groups.spawn(["-c", command], {
    cwd,
    env: { ...sandboxEnvironment(record.folder, record.sandbox.env), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pieces: Buffer[] = [];
  child.stdout?.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr?.on("data", (piece: Buffer) => pieces.push(piece));
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      daemon.groups.end(child);
    },
    (timeout || DEFAULT_TIMEOUT_SECONDS) * 1000,
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    // What it left in the background has the pipes too, and is not waited for.
    child.once("exit", (exitCode) => setImmediate(() => resolve(exitCode)));
    child.once("close", resolve);
  });
  clearTimeout(timer);
  if (timedOut) return fail(call, 408, "REQUEST_TIMEOUT", "request timeout: command execution timeout");
  // Death by a signal is -1.
  const result = Buffer.concat(pieces).toString("utf8");
  sendJson(res, 200, { exitCode: code ?? -1, result } satisfies ExecuteResponse);
}

async function readParsed(req: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await readBody(req));
  } catch {
    return undefined;
  }
}

function required(request: string, field: string): string {
  return `Key: '${request}.${field}' Error:Field validation for '${field}' failed on the 'required' tag`;
}

function fail({ req, res, path: route }: ToolboxCall, status: number, code: string, message: string): void {
  sendToolboxError(req, res as ServerResponse, { status, code, message, path: route });
}
