import { setTimeout as pause } from "node:timers/promises";
import type { Session } from "@daytona/toolbox-api-client";
import type { WebSocket } from "ws";
import { z } from "zod";
import { readJson, sendJson, sendNotProvided, sendStatus, sendText, sendToolboxError } from "./http";
import { MARKERS, mark, ShellSession } from "./sessions";
import type { ToolboxCall } from "./toolbox";

const LOOK_EVERY_MS = 30;
const createBody = z.object({ sessionId: z.string().min(1) });
const executeBody = z.object({
  command: z.string().min(1),
  runAsync: z.boolean().optional(),
  async: z.boolean().optional(),
});

/** `/process/session...`. Input to a command and the entrypoint's session are not provided. */
export async function handleSessions(call: ToolboxCall): Promise<void> {
  const { req, res, daemon, path } = call;
  const [, , , id, verb, commandId, what] = path.split("/").map(decodeURIComponent);
  const route = `${req.method} ${[id && "id", verb, commandId && "cmd", what].filter(Boolean).join("/")}`;
  if (route === "GET ") {
    return sendJson(res, 200, [...daemon.sessions.values()].map((each) => each.view()) satisfies Session[]);
  }
  if (route === "POST ") return await createSession(call);
  const session = daemon.sessions.get(id ?? "");
  if (route === "POST id/exec") return await execute(call, session);
  if (session === undefined) return notFound(call, "session");
  if (route === "GET id") return sendJson(res, 200, session.view());
  if (route === "DELETE id") {
    daemon.sessions.delete(session.id);
    session.end(daemon.groups);
    return sendStatus(res, 204);
  }
  const command = session.commands.find((each) => each.id === commandId);
  if (commandId !== undefined && command === undefined) return notFound(call, "command");
  if (command !== undefined && route === "GET id/command/cmd") return sendJson(res, 200, command);
  if (command !== undefined && route === "GET id/command/cmd/logs") {
    const logs = session.logs(command.id);
    if (knowsMarkers(call)) return sendJson(res, 200, logs);
    return sendText(res, 200, logs.stdout + logs.stderr);
  }
  sendNotProvided(req, res);
}

/** Answers depend on the version of the SDK that asks; whoever names none gets the old ones. */
function knowsMarkers({ req }: ToolboxCall): boolean {
  return req.headers["x-daytona-sdk-version"] !== undefined;
}

function notFound({ req, res, path }: ToolboxCall, what: "session" | "command"): void {
  sendToolboxError(req, res, { status: 404, code: "NOT_FOUND", message: `not found: ${what} not found`, path });
}

async function createSession(call: ToolboxCall): Promise<void> {
  const { req, res, daemon, path, record } = call;
  const body = createBody.safeParse(await readJson(req));
  if (!body.success) {
    const rule =
      "Key: 'CreateSessionRequest.SessionId' Error:Field validation for 'SessionId' failed on the 'required' tag";
    const message = `invalid body request: ${rule}`;
    return sendToolboxError(req, res, { status: 400, code: "INVALID_REQUEST_BODY", message, path });
  }
  const { sessionId } = body.data;
  if (daemon.sessions.has(sessionId)) {
    const message = "conflict: session already exists";
    return sendToolboxError(req, res, { status: 409, code: "CONFLICT", message, path });
  }
  daemon.sessions.set(sessionId, new ShellSession(sessionId, { record, groups: daemon.groups }));
  sendStatus(res, 201);
}

async function execute(call: ToolboxCall, session: ShellSession | undefined): Promise<void> {
  const { req, res } = call;
  const body = executeBody.safeParse(await readJson(req));
  if (!body.success) return sendStatus(res, 400);
  const command = session?.execute(body.data.command);
  if (session === undefined || command === undefined) {
    const cause =
      session === undefined
        ? "not found: session not found"
        : "bad request: failed to write command: write |1: broken pipe";
    return sendJson(res, 500, {
      statusCode: 500,
      message: `failed to execute command: ${cause}`,
      timestamp: new Date().toISOString(),
      path: "",
    });
  }
  if (body.data.runAsync === true || body.data.async === true) {
    const nothing = { output: null, stdout: null, stderr: null, exitCode: null };
    return sendJson(res, 202, { cmdId: command.id, ...nothing });
  }
  await session.untilEnded(command);
  const { output, stdout, stderr } = session.logs(command.id);
  const apart = knowsMarkers(call)
    ? { output, stdout, stderr }
    : { output: stdout + stderr, stdout: null, stderr: null };
  sendJson(res, 200, { cmdId: command.id, ...apart, exitCode: command.exitCode });
}

/** `.../command/:id/logs?follow=true` as a WebSocket: what is there, what comes, and the end when the command has ended. */
export async function followLogs(
  socket: WebSocket,
  { session, commandId }: { session: ShellSession; commandId: string },
): Promise<void> {
  const sent = { stdout: 0, stderr: 0 };
  for (;;) {
    const command = session.commands.find((each) => each.id === commandId);
    const over = session.ended || command?.exitCode !== undefined;
    const logs = session.logs(commandId);
    for (const [stream, marker] of [
      ["stdout", MARKERS.STDOUT],
      ["stderr", MARKERS.STDERR],
    ] as const) {
      const fresh = logs[stream].slice(sent[stream]);
      if (fresh !== "") socket.send(Buffer.from(mark(fresh, marker)));
      sent[stream] += fresh.length;
    }
    if (over || socket.readyState !== socket.OPEN) break;
    await pause(LOOK_EVERY_MS);
  }
  socket.close(1000);
}
