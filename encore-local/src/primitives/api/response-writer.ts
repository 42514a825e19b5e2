import type { ServerResponse } from "node:http";
import { rawHeader } from "../../http/header-text";

type HeadersInput = string[] | Record<string, string | number | string[]>;
type Callback = () => void;

/** Headers that belong to one connection; the development server in front of an app keeps them to itself. */
const CONNECTION_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"]);

/** Writes a raw endpoint's answer to the connection; each write reports back once it has left, so that writers wait. */
export class ResponseWriter {
  readonly #response: ServerResponse;
  readonly #beforeHead: () => void;
  readonly #headers = new Map<string, string[]>();
  readonly #waiting = new Set<Callback>();
  #status = 200;
  #started = false;

  /** `beforeHead` adds the headers that every answer of the server has. */
  constructor(response: ServerResponse, beforeHead: () => void) {
    this.#response = response;
    this.#beforeHead = beforeHead;
    // A client that goes away must not leave a writer waiting for ever.
    response.once("close", () => {
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
    for (const [name, value] of pairs(headers)) {
      const key = name.toLowerCase();
      if (!CONNECTION_HEADERS.has(key)) this.#headers.set(key, [...(this.#headers.get(key) ?? []), value]);
    }
  }

  writeBody(chunk: Buffer, callback?: Callback | null): void {
    this.#start();
    this.#response.write(chunk, this.#once(callback));
  }

  writeBodyMulti(chunks: Buffer[], callback?: Callback | null): void {
    this.#start();
    const done = this.#once(callback);
    this.#response.cork();
    for (const [index, chunk] of chunks.entries()) {
      this.#response.write(chunk, index === chunks.length - 1 ? done : undefined);
    }
    this.#response.uncork();
  }

  close(chunk?: Buffer | null, callback?: Callback | null): void {
    this.#start();
    this.#response.end(chunk ?? undefined, this.#once(callback));
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

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    if (this.#response.headersSent) return;
    this.#beforeHead();
    this.#response.statusCode = this.#status;
    for (const [name, values] of this.#headers) {
      const [only] = values;
      this.#response.setHeader(name, values.length === 1 && only !== undefined ? only : values);
    }
  }
}

function pairs(headers: HeadersInput): [string, string][] {
  if (Array.isArray(headers)) {
    const list: [string, string][] = [];
    for (let i = 0; i + 1 < headers.length; i += 2) list.push([headers[i] ?? "", rawHeader(headers[i + 1] ?? "")]);
    return list;
  }
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, rawHeader(String(one))]),
  );
}
