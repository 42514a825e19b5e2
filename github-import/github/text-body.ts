import { badAnswer } from "./answers";
import { withIdleTimeout } from "./idle-timeout";

export interface TextBodyOptions {
  /** For people: what is being told. */
  what: string;
  /** Without a byte for this long, the connection has stalled. */
  idleMs: number;
  signal: AbortSignal;
}

/** GitHub's answers are short; whoever sends more is not GitHub. */
const MAX_BYTES = 2 * 1024 * 1024;

/** The whole of an answer. Throws `github_unavailable` when it breaks off or stalls, `github_bad_answer` when it is too long. */
export async function readText(response: Response, { what, idleMs, signal }: TextBodyOptions): Promise<string> {
  if (response.body === null) return "";
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of withIdleTimeout(response.body, { milliseconds: idleMs, what, signal })) {
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw badAnswer(what);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
