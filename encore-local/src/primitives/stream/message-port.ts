import { encodeJson } from "../../codec/js-value";
import type { BodyReader } from "../../endpoint/body-params";
import type { Payload } from "../../runtime/request";

/** Something that carries texts both ways: a WebSocket, or the two ends within the process. */
export interface Channel {
  send(text: string): void;
  close(): void;
  /** Has the other side wait, where that is possible. */
  pause?(): void;
  resume?(): void;
  onMessage(listener: (text: string) => void): void;
  /** Called once, at once when the channel is closed already. */
  onClose(listener: () => void): void;
}

export interface MessageCodec {
  /** The fields that leave. */
  outgoing: string[];
  /** Absent when the other side may send nothing. */
  incoming?: BodyReader;
}

/** As many messages may lie unread before the other side has to wait. */
const MAX_UNREAD = 256;

/** One end of a stream: messages by their schemas, received in order, waiting or waited for. */
export class MessagePort {
  readonly #channel: Channel;
  readonly #codec: MessageCodec;
  readonly #received: Payload[] = [];
  readonly #waiting: { resolve: (message: Payload) => void; reject: (error: Error) => void }[] = [];
  readonly #closedMessage: string;
  #closed = false;

  constructor(
    channel: Channel,
    options: { codec: MessageCodec; closedMessage: string; onUnreadable: (error: unknown) => void },
  ) {
    this.#channel = channel;
    this.#codec = options.codec;
    this.#closedMessage = options.closedMessage;
    channel.onMessage((text) => {
      try {
        this.#take(text);
      } catch (error) {
        // What does not fit the schema is left out, and the stream goes on.
        options.onUnreadable(error);
      }
    });
    channel.onClose(() => this.#onClose());
  }

  /** @throws when the stream is closed or the message holds what JSON cannot carry. */
  send(message: Payload): void {
    if (this.#closed) throw new Error("channel closed");
    const declared: Payload = {};
    for (const name of this.#codec.outgoing) declared[name] = message[name];
    this.#channel.send(encodeJson(declared));
  }

  /** The next message; rejects once the stream is closed and all messages are taken. */
  recv(): Promise<Payload> {
    const message = this.#received.shift();
    if (message) {
      if (this.#received.length === 0) this.#channel.resume?.();
      return Promise.resolve(message);
    }
    if (this.#closed) return Promise.reject(new Error(this.#closedMessage));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  close(): void {
    this.#channel.close();
  }

  #take(text: string): void {
    const { incoming } = this.#codec;
    if (!incoming) throw new Error("this end of the stream takes no messages");
    const message = incoming(text);
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve(message);
    else if (this.#received.push(message) >= MAX_UNREAD) this.#channel.pause?.();
  }

  #onClose(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(this.#closedMessage));
  }
}
