import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Backend, type Stage, startBackend } from "../support/workspace-stage";

interface Message {
  type: "ready" | "output" | "exit";
  data?: string;
  terminalId?: string;
  attached?: boolean;
  exitCode?: number;
}

let backend: Backend;
let stage: Stage;
beforeAll(async () => {
  backend = await startBackend("typist");
  stage = await backend.stage({ "here.txt": "x" });
});
afterAll(async () => {
  await backend.stop();
});

/** One connection to a terminal, with all that it has shown. */
class Screen {
  readonly messages: Message[] = [];
  readonly #socket: WebSocket;
  #wake: () => void = () => undefined;
  closed = false;

  constructor(query: string, user = "typist") {
    const url = `${backend.server.url.replace(/^http/, "ws")}/workspace/${stage.workspaceId}/terminal${query}`;
    this.#socket = new WebSocket(url, "encore-ws", { headers: { authorization: `Bearer dev:${user}` } });
    this.#socket.on("message", (data) => {
      this.messages.push(JSON.parse(String(data)) as Message);
      this.#wake();
    });
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  get shown(): string {
    return this.messages.map(({ data }) => data ?? "").join("");
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  type(data: string): void {
    this.send({ type: "input", data });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.closed) throw new Error(`the terminal closed after ${JSON.stringify(this.messages)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async ready(): Promise<Message> {
    await this.until(() => this.messages.length > 0);
    const [first] = this.messages;
    if (first?.type !== "ready") throw new Error(`the first message is ${JSON.stringify(first)}`);
    return first;
  }

  async untilClosed(): Promise<void> {
    while (!this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  leave(): void {
    this.#socket.close();
  }
}

describe("a terminal", () => {
  it("shows what a shell in the project's folder prints, is resized, and tells how it ended", async () => {
    const screen = new Screen("?cols=90&rows=20");
    expect(await screen.ready()).toMatchObject({ attached: false });
    screen.type("basename $PWD; stty size\n");
    await screen.until(() => screen.shown.includes("project\r\n20 90"));
    screen.send({ type: "resize", cols: 100, rows: 30 });
    screen.type("until [ \"$(stty size)\" = '30 100' ]; do sleep 0.1; done; echo re$((1))sized ☃\n");
    await screen.until(() => screen.shown.includes("re1sized ☃"));
    screen.type("exit 3\n");
    await screen.untilClosed();
    expect(screen.messages.at(-1)).toEqual({ type: "exit", exitCode: 3 });
  });

  it("goes on when its viewer goes, and is attached to again", async () => {
    const first = new Screen("");
    const { terminalId } = await first.ready();
    first.type("KEPT=kept; echo se$((0))t\n");
    await first.until(() => first.shown.includes("se0t"));
    first.leave();
    const again = new Screen(`?terminalId=${terminalId}`);
    expect(await again.ready()).toEqual({ type: "ready", terminalId, attached: true });
    again.type("echo still $KEPT\n");
    await again.until(() => again.shown.includes("still kept"));
    again.type("exit\n");
    await again.untilClosed();
    expect(again.messages.at(-1)).toEqual({ type: "exit", exitCode: 0 });
  });

  it("is closed on a message that is none, and never opened for another user", async () => {
    const screen = new Screen("");
    await screen.ready();
    screen.send({ type: "resize", cols: 0, rows: 0 });
    await screen.untilClosed();
    const stranger = new Screen("", "stranger");
    await stranger.untilClosed();
    expect(stranger.messages.filter(({ type }) => type === "ready")).toEqual([]);
  });
});
