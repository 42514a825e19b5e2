import path from "node:path";
import type { PtySessionInfo } from "@daytona/toolbox-api-client";
import { type IPty, spawn } from "@lydell/node-pty";
import type { RawData, WebSocket } from "ws";
import { z } from "zod";
import { readJson, sendJson, sendNotProvided, sendText } from "./http";
import type { SandboxRecord } from "./registry";
import { SHELL, sandboxEnvironment } from "./shell";
import type { ToolboxCall } from "./toolbox";

const MAX_COLUMNS = 1_000;

export const ptyRequest = z.object({
  id: z.string().min(1),
  cols: z.coerce.number().int().default(80),
  rows: z.coerce.number().int().default(24),
  cwd: z.string().optional(),
  envs: z.record(z.string(), z.string()).optional(),
});

/** A terminal. It goes on when whoever looked at it goes away; nothing is shown again to the next one. */
export class Terminal {
  readonly info: PtySessionInfo;
  readonly #pty: IPty;
  readonly #viewers = new Set<WebSocket>();
  #killed = false;

  constructor(
    { id, cols, rows, cwd, envs }: z.output<typeof ptyRequest>,
    { record, onEnd }: { record: SandboxRecord; onEnd: () => void },
  ) {
    const folder = path.resolve(record.folder, cwd ?? ".");
    const own = { ...envs, TERM: "xterm-256color" };
    const createdAt = new Date().toISOString();
    this.info = { id, cwd: folder, envs: own, cols, rows, createdAt, active: true, lazyStart: false };
    this.#pty = spawn(SHELL, ["-i"], {
      name: own.TERM,
      cols,
      rows,
      cwd: folder,
      env: { ...sandboxEnvironment(record.folder, record.sandbox.env), ...own },
    });
    this.#pty.onData((text) => {
      for (const viewer of this.#viewers) viewer.send(Buffer.from(text));
    });
    this.#pty.onExit(({ exitCode, signal }) => {
      onEnd();
      this.#tellEnd(signal ? -1 : exitCode);
    });
  }

  connect(socket: WebSocket): void {
    socket.send(JSON.stringify({ status: "connected", type: "control" }));
    this.#viewers.add(socket);
    socket.on("message", (data: RawData) => this.#pty.write(data.toString()));
    socket.once("close", () => this.#viewers.delete(socket));
  }

  resize(cols: number, rows: number): PtySessionInfo {
    // The kernel takes no size of zero; the real one notes it all the same.
    if (cols > 0 && rows > 0) this.#pty.resize(cols, rows);
    return Object.assign(this.info, { cols, rows });
  }

  kill(): void {
    this.#killed = true;
    this.#pty.kill("SIGKILL");
  }

  #tellEnd(code: number): void {
    const end = this.#killed
      ? { exitCode: 137, exitReason: "SIGKILL" }
      : { exitCode: code, ...(code === 0 ? {} : { exitReason: "non-zero exit" }) };
    for (const viewer of this.#viewers) viewer.close(code === 0 && !this.#killed ? 1000 : 1011, JSON.stringify(end));
  }
}

/** `/process/pty...` but for its WebSockets. */
export async function handlePty(call: ToolboxCall): Promise<void> {
  const { req, res, daemon, record } = call;
  const [, , , id, verb] = call.path.split("/").map(decodeURIComponent);
  const terminal = daemon.terminals.get(id ?? "");
  switch (`${req.method} ${[id && "id", verb].filter(Boolean).join("/")}`) {
    case "GET ":
      return sendJson(res, 200, { sessions: [...daemon.terminals.values()].map(({ info }) => info) });
    case "POST ": {
      const body = ptyRequest.safeParse(await readJson(req));
      if (!body.success) return sendJson(res, 400, { error: "session ID is required" });
      const refusal = daemon.openTerminal(body.data, record);
      if (refusal !== undefined) return sendJson(res, refusal.status, { error: refusal.error });
      return sendJson(res, 201, { sessionId: body.data.id });
    }
    case "GET id":
      if (terminal === undefined) return sendJson(res, 404, { error: "PTY session not found" });
      return sendJson(res, 200, terminal.info);
    case "DELETE id":
      if (terminal === undefined) return sendJson(res, 404, { error: "PTY session not found" });
      daemon.terminals.delete(terminal.info.id);
      terminal.kill();
      return sendJson(res, 200, { message: "PTY session deleted" });
    case "POST id/resize": {
      const { cols = 0, rows = 0 } = (await readJson(req)) ?? {};
      for (const [name, value] of Object.entries({ cols, rows })) {
        if (Number(value) <= 65_535) continue;
        const error = `json: cannot unmarshal number ${value} into Go struct field PTYResizeRequest.${name} of type uint16`;
        return sendJson(res, 400, { error });
      }
      if (terminal === undefined) return sendJson(res, 410, { error: `PTY session ${id} not found` });
      return sendJson(res, 200, terminal.resize(Number(cols), Number(rows)));
    }
    case "GET id/connect":
      return sendText(res, 400, "Bad Request\n");
    default:
      return sendNotProvided(req, res);
  }
}

export function refuseTerminal({ cols }: z.output<typeof ptyRequest>): string | undefined {
  return cols > MAX_COLUMNS ? "invalid value for cols - must be less than 1000" : undefined;
}
