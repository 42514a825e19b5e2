import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What the proxy does to connections and to what passes through them. */
export type Fault =
  | { kind: "none" }
  /** Nobody listens. */
  | { kind: "refused" }
  /** Each piece of an answer comes late. */
  | { kind: "slow"; delayMs: number }
  /** Connections are taken, requests pass, and no answer comes back. */
  | { kind: "silent" }
  /** The connection is reset once this many bytes of requests have passed, counted from now. */
  | { kind: "reset"; afterBytes: number }
  /**
   * The first connection whose requests hold these texts, in this order, is stopped at the last one: before that reaches the
   * server, or when the server has answered and the answer is still to be passed on. Then `reached` runs, and the connection
   * breaks. Everything else passes.
   */
  | { kind: "stop"; at: readonly string[]; when: "before" | "after"; reached: () => void | Promise<void> };

/** A way to a server that can be made to fail. */
export interface TcpProxy {
  port: number;
  /** Holds for open connections too; refusing ends them. */
  fail(fault: Fault): Promise<void>;
  /** Bytes of answers that have come so far. */
  answered(): number;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let fault: Fault = { kind: "none" };
  let passed = 0;
  let answeredBytes = 0;

  const server = createServer((client) => {
    const upstream = connect(targetPort, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      // The other side learns of it by its own end.
      socket.on("error", () => socket.destroy());
    }
    client.once("close", () => upstream.destroy());
    upstream.once("close", () => client.destroy());
    const sequence = new Sequence();
    let stopped: (() => Promise<void>) | undefined;
    client.on("data", (piece) => {
      passed += piece.length;
      if (fault.kind === "reset" && passed > fault.afterBytes) client.resetAndDestroy();
      else if (fault.kind === "stop" && sequence.endsIn(piece, fault.at)) {
        const { when, reached } = fault;
        fault = { kind: "none" };
        stopped = async () => {
          await reached();
          client.destroy();
        };
        if (when === "before") void stopped();
        else upstream.write(piece);
      } else upstream.write(piece);
    });
    let answered = Promise.resolve();
    upstream.on("data", (piece) => {
      answeredBytes += piece.length;
      if (stopped !== undefined) return void stopped();
      answered = answered.then(async () => {
        if (fault.kind === "slow") await pause(fault.delayMs);
        if (fault.kind !== "silent") client.write(piece);
      });
    });
  });

  await listen(server, 0);
  const { port } = server.address() as AddressInfo;

  async function refuse(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return {
    port,
    async fail(next) {
      passed = 0;
      if (next.kind === "refused" && server.listening) await refuse();
      if (next.kind !== "refused" && !server.listening) await listen(server, port);
      fault = next;
    },
    answered: () => answeredBytes,
    async close() {
      if (server.listening) await refuse();
    },
  };
}

/** Finds texts that come one after the other, wherever the pieces are cut. */
class Sequence {
  #seen = 0;
  #rest = "";

  /** Whether the last of the texts ends in this piece. */
  endsIn(piece: Buffer, texts: readonly string[]): boolean {
    this.#rest += piece.toString("latin1");
    for (let text = texts[this.#seen]; text !== undefined; text = texts[this.#seen]) {
      const at = this.#rest.indexOf(text);
      if (at < 0) {
        this.#rest = this.#rest.slice(-text.length);
        return false;
      }
      this.#rest = this.#rest.slice(at + text.length);
      this.#seen += 1;
    }
    this.#seen = 0;
    return true;
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
