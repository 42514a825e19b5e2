import { type AddressInfo, createServer, type Socket } from "node:net";
import { CommandError } from "./collections";
import { Databases } from "./commands";
import { encodeReply, Receiver, type WireRequest } from "./wire";

/**
 * A small MongoDB over a socket, for tests on machines without one: the official driver speaks to it unchanged. Everything
 * is in memory; there are no transactions, no authentication, and of queries what mingo evaluates.
 */
export interface MongoServer {
  /** Without a database. */
  uri: string;
  port: number;
  /** What it holds, for a server that takes its place. */
  databases: Databases;
  close(): Promise<void>;
}

export interface MongoServerOptions {
  /** A free one unless given. */
  port?: number;
  /** The data of a server that ran before. */
  databases?: Databases;
}

export async function startMongoServer({
  port = 0,
  databases = new Databases(),
}: MongoServerOptions = {}): Promise<MongoServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A client that goes away in the middle is no failure of the server.
    socket.on("error", () => socket.destroy());
    const receiver = new Receiver();
    // One answer after the other, also where one has to wait.
    let answered = Promise.resolve();
    socket.on("data", (piece) => {
      for (const request of receiver.take(piece)) {
        answered = answered.then(() => answer(request, { databases, socket }));
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    uri: `mongodb://127.0.0.1:${actual}/`,
    port: actual,
    databases,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: WireRequest, { databases, socket }: { databases: Databases; socket: Socket }) {
  const [name = ""] = Object.keys(request.command);
  const fault = databases.failPoint.take(name);
  if (fault !== undefined && fault.blockMs > 0) await new Promise((resolve) => setTimeout(resolve, fault.blockMs));
  if (fault?.closeConnection) socket.destroy();
  if (socket.destroyed) return;
  socket.write(encodeReply(request, reply(request, { databases, error: fault?.error })));
}

function reply({ command }: WireRequest, { databases, error }: { databases: Databases; error: Error | undefined }) {
  try {
    if (error !== undefined) throw error;
    return databases.run(command);
  } catch (error) {
    const failure = error instanceof CommandError ? error : new CommandError(1, "InternalError", String(error));
    return { ok: 0, errmsg: failure.message, code: failure.code, codeName: failure.codeName };
  }
}
