import { api, type Query } from "encore.dev/api";
import { z } from "zod";
import { parseInput } from "../platform/input";
import type { StreamError } from "../platform/stream-errors";
import { ownedWorkspace } from "./access";
import { toolboxOf } from "./execution";
import { serveTerminal } from "./terminal";

interface TerminalHandshake {
  workspaceId: string;
  /** Of a terminal that is open already; another one is opened when absent. */
  terminalId?: Query<string>;
  /** 1 to 500; 80 and 24 when absent. */
  cols?: Query<number>;
  rows?: Query<number>;
}

interface TerminalInput {
  type: "input" | "resize";
  /** What was typed. */
  data?: string;
  cols?: number;
  rows?: number;
}

interface TerminalOutput {
  /** First `ready`, then `output`; `exit` is the last one, or `error` where the terminal could not go on. */
  type: "ready" | "output" | "exit" | "error";
  data?: string;
  /** To attach again: with `ready`. */
  terminalId?: string;
  /** The terminal was open already; what it showed before is not shown again. */
  attached?: boolean;
  /** With `exit`, where it is known. */
  exitCode?: number;
  /** With `error`. */
  error?: StreamError;
}

const size = z.number().int().min(1).max(500);
const handshakeInput = z.object({
  terminalId: z
    .string()
    .regex(/^[\w-]{1,64}$/, "must be the id of a terminal")
    .optional(),
  cols: size.default(80),
  rows: size.default(24),
});

/** A terminal in the project's folder. It goes on when the connection goes; `terminalId` attaches to it again. */
export const terminal = api.streamInOut<TerminalHandshake, TerminalInput, TerminalOutput>(
  { expose: true, auth: true, path: "/workspace/:workspaceId/terminal", tags: ["acts"] },
  async (handshake, stream) => {
    const item = await ownedWorkspace(handshake.workspaceId);
    const { terminalId, cols, rows } = parseInput(handshakeInput, handshake);
    await serveTerminal(await toolboxOf(item), { id: terminalId, cols, rows, stream });
  },
);
