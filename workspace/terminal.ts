import { randomUUID } from "node:crypto";
import { z } from "zod";
import { parseInput } from "../platform/input";
import type { Toolbox } from "./toolbox";
import { PROJECT_FOLDER } from "./workspace";

/** What is pasted may be long; a file is not pasted. */
const MAX_INPUT_CHARACTERS = 1024 * 1024;

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("input"), data: z.string().max(MAX_INPUT_CHARACTERS) }),
  z.object({
    type: z.literal("resize"),
    cols: z.number().int().min(1).max(500),
    rows: z.number().int().min(1).max(500),
  }),
]);

interface Output {
  type: "ready" | "output" | "exit";
  data?: string;
  terminalId?: string;
  attached?: boolean;
  exitCode?: number;
}

/** The caller's end of the connection. */
interface Connection extends AsyncIterable<unknown> {
  send(output: Output): Promise<void>;
  close(): Promise<void>;
}

interface TerminalOptions {
  /** Of one that may be open already. */
  id: string | undefined;
  cols: number;
  rows: number;
  stream: Connection;
}

/** Passes on what is typed and what is shown, until the shell ends or the caller goes. */
export async function serveTerminal(toolbox: Toolbox, { id, cols, rows, stream }: TerminalOptions): Promise<void> {
  const terminalId = id ?? randomUUID();
  // A character may be cut in two by the connection.
  const decoder = new TextDecoder();
  // In turn: `ready` before the first output, the exit last.
  let sent: Promise<void> = Promise.resolve();
  const send = (output: Output): Promise<void> => {
    sent = sent.then(() => stream.send(output));
    return sent;
  };
  const early: Uint8Array[] = [];
  let show = (bytes: Uint8Array): void => void early.push(bytes);
  const terminal = await toolbox.openTerminal({
    id: terminalId,
    cols,
    rows,
    cwd: PROJECT_FOLDER,
    onOutput: (bytes) => show(bytes),
  });
  const ignoreGone = (): undefined => undefined;
  show = (bytes) => {
    // The caller may have gone; its own loop below ends then.
    send({ type: "output", data: decoder.decode(bytes, { stream: true }) }).catch(ignoreGone);
  };
  const opened = send({ type: "ready", terminalId, attached: terminal.attached });
  for (const bytes of early) show(bytes);
  let detaching = false;
  const shell = terminal.ended.then(async (exitCode) => {
    // The shell goes on; only the way to it has ended.
    if (detaching) return;
    await send({ type: "exit", ...(exitCode === null ? {} : { exitCode }) });
    await stream.close();
  });
  const typed = (async () => {
    for await (const raw of stream) {
      const input = parseInput(message, raw);
      if (input.type === "input") await terminal.write(input.data);
      else await terminal.resize(input);
    }
  })();
  try {
    await opened;
    await Promise.race([shell, typed]);
  } finally {
    detaching = true;
    await terminal.detach();
    // Whichever is left ends with the connection.
    await Promise.allSettled([shell, typed, sent]);
  }
}
