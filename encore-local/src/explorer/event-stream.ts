import type { ServerResponse } from "node:http";

const MOST_CLIENTS = 32;
/** A page that does not read gets no more; when it comes back it gets everything that is kept. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/** Pushes events to open pages (server-sent events). */
export class EventStream {
  readonly #clients = new Set<ServerResponse>();

  /** `first` is what the page gets before anything else. */
  add(response: ServerResponse, first: { event: string; data: unknown }): void {
    if (this.#clients.size >= MOST_CLIENTS) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(frame(first.event, first.data));
    this.#clients.add(response);
    response.once("close", () => this.#clients.delete(response));
  }

  send(event: string, data: unknown): void {
    if (this.#clients.size === 0) return;
    const text = frame(event, data);
    for (const client of this.#clients) {
      if (client.writableLength > MOST_UNREAD_BYTES) client.destroy();
      else client.write(text);
    }
  }

  close(): void {
    for (const client of this.#clients) client.end();
  }
}

/** JSON has no line breaks, so that one line of data holds it. */
const frame = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
