import { type MiddlewareRequest, middleware } from "encore.dev/api";
import { currentCaller } from "./caller";
import { streamLimits } from "./limits";
import { MinuteCounts } from "./minute-counts";
import { holdStream } from "./open-streams";

/** Of a message as JSON; a longer one counts as several. */
const CHARACTERS_PER_POINT = 4_096;
/** Messages are counted in PostgreSQL in pieces of the limit this large. */
const PIECES = 60;

let messageCounts: MinuteCounts | undefined;

/** Counts the streams that a user has open, and the messages that he sends on them. */
export const limitStreams = middleware({ target: { expose: true, auth: true, isStream: true } }, async (req, next) => {
  const { openPerUser, messagesPerUserPerMinute } = streamLimits(process.env);
  const { userId } = currentCaller();
  const release = await holdStream(userId, openPerUser);
  try {
    messageCounts ??= new MinuteCounts({
      name: "messages",
      perMinute: messagesPerUserPerMinute,
      reason: "too_many_messages",
      message: "you have sent too many messages on streams",
    });
    const allowance = new MessageAllowance(messageCounts, {
      userId,
      piece: Math.ceil(messagesPerUserPerMinute / PIECES),
    });
    countMessages(req.stream, async (message) => await allowance.take(pointsOf(message)));
    return await next(req);
  } finally {
    await release();
  }
});

type AnyStream = NonNullable<MiddlewareRequest["stream"]>;

/** Has `count` see each message before the handler does; what it throws is thrown where the handler waits for the message. */
function countMessages(stream: AnyStream | undefined, count: (message: unknown) => Promise<void>): void {
  if (stream === undefined || !("recv" in stream)) return;
  const recv = stream.recv.bind(stream);
  stream.recv = async () => {
    const message = await recv();
    await count(message);
    return message;
  };
  stream[Symbol.asyncIterator] = async function* () {
    for (;;) {
      let message: Record<string, unknown>;
      try {
        message = await recv();
      } catch {
        // Encore's way to say that the other side has gone.
        return;
      }
      await count(message);
      yield message;
    }
  };
}

function pointsOf(message: unknown): number {
  return Math.max(1, Math.ceil(JSON.stringify(message).length / CHARACTERS_PER_POINT));
}

/** A stream's share of what its user may still send in this minute, fetched in pieces: a key pressed costs no query. */
class MessageAllowance {
  #left = 0;
  #until = 0;

  constructor(
    private readonly counts: MinuteCounts,
    private readonly options: { userId: string; piece: number },
  ) {}

  async take(points: number): Promise<void> {
    const now = performance.now();
    if (now >= this.#until) this.#left = 0;
    if (this.#left < points) {
      const piece = Math.max(this.options.piece, points - this.#left);
      this.#until = now + (await this.counts.add(this.options.userId, piece));
      this.#left += piece;
    }
    this.#left -= points;
  }
}
