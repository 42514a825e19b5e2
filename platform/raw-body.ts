import type { IncomingMessage, ServerResponse } from "node:http";

export interface RawHead {
  status: number;
  headers: Record<string, string | number>;
}

/**
 * Sends a body as it comes, no faster than the reader takes it: Encore's response never asks a stream to wait, but tells
 * when a piece has gone. The head goes out behind the first piece's arrival, so that what fails before has an answer of its
 * own; what fails later is thrown, and the runtime cuts the answer off. For a reader who has left no more is read.
 */
export async function sendBody(
  res: ServerResponse,
  { status, headers }: RawHead,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  let next = await pieces.next();
  res.writeHead(status, headers);
  try {
    for (; next.done !== true && !isGone(res); next = await pieces.next()) await written(res, next.value);
  } finally {
    await pieces.return?.();
  }
  res.end();
}

/** Pieces for somebody who has left count as gone; what tells is that the request, which nobody read to its end, is closed. */
function isGone({ req }: { req?: IncomingMessage }): boolean {
  return req?.destroyed === true && !req.readableEnded;
}

async function written(res: ServerResponse, piece: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    res.write(piece, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}
