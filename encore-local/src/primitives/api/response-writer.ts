import type { ServerResponse } from "node:http";
import { afterReading } from "../../http/deferred";
import { type HeaderList, setHeader } from "../../http/header-list";
import { rawHeader } from "../../http/header-text";

type HeadersInput = string[] | Record<string, string | number | string[]>;
type Callback = () => void;

/** Headers that belong to one connection; the development server in front of an app keeps them to itself. */
const CONNECTION_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"]);

/** Writes a raw endpoint's answer to the connection; each write reports back once it has left, so that writers wait. */
export class ResponseWriter {
  readonly #response: ServerResponse;
  readonly #commonHeaders: () => HeaderList;
  readonly #onHead: (status: number) => void;
  readonly #headers: HeaderList = [];
  readonly #waiting = new Set<Callback>();
  #status = 200;
  #started = false;
  #held: Buffer | undefined;

  /** `commonHeaders` are those that every answer has; `onHead` is told when it begins, `onClose` of its end, good or bad. */
  constructor(
    response: ServerResponse,
    options: { commonHeaders: () => HeaderList; onHead: (status: number) => void; onClose: () => void },
  ) {
    this.#onHead = options.onHead;
    this.#response = response;
    this.#commonHeaders = options.commonHeaders;
    response.once("close", () => {
      options.onClose();
      // A client that goes away must not leave a writer waiting for ever.
      for (const callback of this.#waiting) callback();
      this.#waiting.clear();
    });
  }

  get started(): boolean {
    return this.#started;
  }

  /** The head leaves with the first part of the body. @throws for what is no status or header. */
  writeHead(status: number, headers: HeadersInput): void {
    if (!Number.isInteger(status) || status < 100 || status > 999) throw new Error("invalid status code");
    this.#status = status;
    if (Array.isArray(headers)) {
      for (let i = 0; i + 1 < headers.length; i += 2) this.#addHeader(headers[i] ?? "", headers[i + 1] ?? "");
    } else {
      for (const name in headers) this.#addHeader(name, headers[name] ?? "");
    }
  }

  writeBody(chunk: Buffer, callback?: Callback | null): void {
    if (this.#start()) {
      // Most answers are one chunk and then the end, which leave in one piece if the chunk waits for the end.
      this.#held = chunk;
      afterReading(() => this.#release());
      callback?.();
    } else {
      this.#release();
      this.#response.write(chunk, this.#once(callback));
    }
  }

  writeBodyMulti(chunks: Buffer[], callback?: Callback | null): void {
    this.#start();
    this.#release();
    const done = this.#once(callback);
    this.#response.cork();
    for (const [index, chunk] of chunks.entries()) {
      this.#response.write(chunk, index === chunks.length - 1 ? done : undefined);
    }
    this.#response.uncork();
  }

  close(chunk?: Buffer | null, callback?: Callback | null): void {
    this.#start();
    const last = chunk ?? this.#held;
    if (last === this.#held) this.#held = undefined;
    else this.#release();
    const done = this.#once(callback);
    afterReading(() => this.#response.end(last, done));
  }

  #release(): void {
    if (this.#held === undefined) return;
    this.#response.write(this.#held);
    this.#held = undefined;
  }

  /** Calls back when the connection has taken the bytes, or will never take them. */
  #once(callback: Callback | null | undefined): Callback {
    if (!callback) return () => undefined;
    if (this.#response.destroyed) {
      setImmediate(callback);
      return () => undefined;
    }
    this.#waiting.add(callback);
    return () => {
      if (this.#waiting.delete(callback)) callback();
    };
  }

  /** False when the answer has begun before. */
  #start(): boolean {
    if (this.#started) return false;
    this.#started = true;
    if (this.#response.headersSent) return false;
    const head = this.#commonHeaders();
    for (let i = 0; i < this.#headers.length; i += 2) {
      setHeader(head, String(this.#headers[i]), this.#headers[i + 1] ?? "");
    }
    this.#response.writeHead(this.#status, head as string[]);
    this.#onHead(this.#status);
    return true;
  }

  /** A name that comes again adds a value. */
  #addHeader(name: string, value: string | number | string[]): void {
    const key = name.toLowerCase();
    if (CONNECTION_HEADERS.has(key)) return;
    const given = Array.isArray(value) ? value.map((one) => rawHeader(String(one))) : rawHeader(String(value));
    const at = this.#headers.indexOf(key);
    if (at < 0 || at % 2 === 1) this.#headers.push(key, given);
    else this.#headers[at + 1] = [this.#headers[at + 1] ?? [], given].flat();
  }
}
