import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import type { ExecuteResponse } from "@daytona/toolbox-api-client";
import { z } from "zod";
import { readBody, sendJson } from "./http";
import type { SandboxRecord } from "./registry";

const SHELL = existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";
/** Daytona's own limit for a command without one. */
const DEFAULT_TIMEOUT_SECONDS = 360;

const executeBody = z.object({
  command: z.string().min(1),
  cwd: z.string().nullish(),
  envs: z.record(z.string(), z.string()).nullish(),
  timeout: z.number().nullish(),
});

interface Outcome {
  exitCode: number;
  output: string;
  timedOut: boolean;
}

/** `POST /process/execute`: stdout and stderr come together, in a shell without input. */
export async function executeCommand(
  req: IncomingMessage,
  res: ServerResponse,
  { sandbox, folder }: SandboxRecord,
): Promise<void> {
  const fail = (statusCode: number, code: string, message: string) =>
    sendJson(res, statusCode, {
      code,
      message,
      method: "POST",
      path: "/process/execute",
      statusCode,
      timestamp: new Date().toISOString(),
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readBody(req));
  } catch {
    return fail(400, "BAD_REQUEST", "bad request: invalid request body: unexpected EOF");
  }
  const body = executeBody.safeParse(parsed);
  if (!body.success) {
    const rule = "Key: 'ExecuteRequest.Command' Error:Field validation for 'Command' failed on the 'required' tag";
    return fail(400, "BAD_REQUEST", `bad request: invalid request body: ${rule}`);
  }
  const { command, cwd, envs, timeout } = body.data;
  const workFolder = path.resolve(folder, cwd ?? ".");
  if (!existsSync(workFolder)) {
    return sendJson(res, 200, {
      exitCode: -1,
      result: `fork/exec ${SHELL}: no such file or directory`,
    } satisfies ExecuteResponse);
  }
  const outcome = await run(command, {
    cwd: workFolder,
    env: { PATH: process.env.PATH ?? "", HOME: folder, LANG: "C.UTF-8", ...sandbox.env, ...envs },
    timeoutSeconds: timeout || DEFAULT_TIMEOUT_SECONDS,
  });
  if (outcome.timedOut) return fail(408, "REQUEST_TIMEOUT", "request timeout: command execution timeout");
  sendJson(res, 200, { exitCode: outcome.exitCode, result: outcome.output } satisfies ExecuteResponse);
}

interface RunOptions {
  cwd: string;
  env: Record<string, string>;
  timeoutSeconds: number;
}

function run(command: string, { cwd, env, timeoutSeconds }: RunOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that a time-out ends whatever the command started.
    const child = spawn(SHELL, ["-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const pieces: Buffer[] = [];
    let timedOut = false;
    child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
    child.stderr.on("data", (piece: Buffer) => pieces.push(piece));
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, timeoutSeconds * 1000);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      // Death by a signal is -1.
      resolve({ exitCode: code ?? -1, output: Buffer.concat(pieces).toString("utf8"), timedOut });
    });
  });
}
