const RECEIVING = `
  async next(): Promise<Response | undefined> {
    for await (const message of this) return message;
    return undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Response, undefined, void> {
    while (true) {
      const [message] = this.buffer.splice(0, 1);
      if (message !== undefined) yield message;
      else if (this.socket.closed) {
        if (!this.socket.wasOpen) throw notOpened();
        return undefined;
      } else await this.socket.hasUpdate();
    }
  }
`;

const SENDING = `
  async send(msg: Request): Promise<void> {
    await this.socket.send(JSON.stringify(msg));
  }
`;

const CLOSING = `
  close(): void {
    this.socket.close();
  }
`;

const BUFFERED = `
  public readonly socket: WebSocketConnection;
  private readonly buffer: Response[] = [];

  constructor(url: string, headers?: Record<string, string>, webSocket?: WebSocketConstructor) {
    this.socket = new WebSocketConnection(url, headers, webSocket);
    this.socket.on("message", (event: any) => {
      this.buffer.push(JSON.parse(event.data));
      this.socket.resolveHasUpdateHandlers();
    });
  }
`;

/** The parts of a generated client that are the same for every app: streams. */
export const STREAMS = `
/** What a client needs of a WebSocket: that of a browser, of Node from version 22, and of the package ws all do. */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "close" | "error" | "message", listener: (event: any) => void): void;
  removeEventListener(type: "open" | "close" | "error" | "message", listener: (event: any) => void): void;
}

export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;

function platformWebSocket(): WebSocketConstructor {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketConstructor };
  if (WebSocket !== undefined) return WebSocket;
  throw new Error(
    'there is no WebSocket in this version of Node; give the client one: import { WebSocket } from "ws", and new Client(target, { webSocket: WebSocket })',
  );
}

/** No script can set headers on a WebSocket, so that they travel as a protocol: base64 for URLs of a JSON object. */
function encodeWebSocketHeaders(headers: Record<string, string>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(headers));
  const base64 = btoa(String.fromCharCode(...bytes));
  return "encore.dev.headers." + base64.replace(/=/g, "").replace(/\\+/g, "-").replace(/\\//g, "_");
}

function notOpened(): APIError {
  return new APIError(0, { code: ErrCode.Unavailable, message: "the stream could not be opened" });
}

class WebSocketConnection {
  public readonly ws: WebSocketLike;
  /** Whether it is over, for whatever reason. */
  public closed = false;
  /** Whether it was ever open: one that the server refuses is closed without. */
  public wasOpen = false;
  private waiting: (() => void)[] = [];

  constructor(url: string, headers: Record<string, string> = {}, webSocket = platformWebSocket()) {
    const protocols = ["encore-ws"];
    if (Object.keys(headers).length > 0) protocols.push(encodeWebSocketHeaders(headers));
    this.ws = new webSocket(url.replace(/^http/, "ws"), protocols);
    this.on("open", () => {
      this.wasOpen = true;
      this.resolveHasUpdateHandlers();
    });
    this.on("close", () => {
      this.closed = true;
      this.resolveHasUpdateHandlers();
    });
    // What it means is told by the close that follows; the package ws takes an error that nobody hears for a fault.
    this.on("error", () => this.resolveHasUpdateHandlers());
  }

  resolveHasUpdateHandlers(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Waits until a message has come, or the state is another. */
  async hasUpdate(): Promise<void> {
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Sends a text once the connection is open. */
  async send(text: string): Promise<void> {
    while (!this.wasOpen && !this.closed) await this.hasUpdate();
    if (!this.wasOpen) throw notOpened();
    if (this.closed) throw new APIError(0, { code: ErrCode.Canceled, message: "the stream is closed" });
    this.ws.send(text);
  }

  on(type: "error" | "close" | "message" | "open", handler: (event: any) => void): void {
    this.ws.addEventListener(type, handler);
  }

  off(type: "error" | "close" | "message" | "open", handler: (event: any) => void): void {
    this.ws.removeEventListener(type, handler);
  }

  close(): void {
    this.ws.close();
  }
}

/** A stream in both directions. */
export class StreamInOut<Request, Response> {${BUFFERED}${CLOSING}${SENDING}${RECEIVING}}

/** A stream of what the server sends. */
export class StreamIn<Response> {${BUFFERED}${CLOSING}${RECEIVING}}

/** A stream of what the client sends, which the server may answer at its end. */
export class StreamOut<Request, Response> {
  public readonly socket: WebSocketConnection;
  private readonly responseValue: Promise<Response>;

  constructor(
    url: string,
    headers?: Record<string, string>,
    webSocket?: WebSocketConstructor,
    answers = true,
  ) {
    const socket = new WebSocketConnection(url, headers, webSocket);
    this.socket = socket;
    this.responseValue = new Promise<Response>((resolve, reject) => {
      socket.on("message", (event: any) => resolve(JSON.parse(event.data)));
      socket.on("close", () => {
        if (!socket.wasOpen) reject(notOpened());
        else if (answers) reject(new APIError(0, { code: ErrCode.Unknown, message: "the stream ended without an answer" }));
        else resolve(undefined as Response);
      });
    });
    // It may be that no one asks for the answer.
    this.responseValue.catch(() => undefined);
  }

  async response(): Promise<Response> {
    return await this.responseValue;
  }
${CLOSING}${SENDING}}
`;
