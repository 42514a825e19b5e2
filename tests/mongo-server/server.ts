import { type AddressInfo, createServer, type Socket } from "node:net";
import { CommandError } from "./collections";
import { Databases } from "./commands";
import { encodeReply, takeMessages, type WireRequest } from "./wire";

/**
 * A small MongoDB over a socket, for tests on machines without one: the official driver speaks to it unchanged. Everything
 * is in memory; there are no transactions, no authentication, and of queries what mingo evaluates.
 */
export interface MongoServer {
  /** Without a database. */
  uri: string;
  close(): Promise<void>;
}

export async function startMongoServer(): Promise<MongoServer> {
  const databases = new Databases();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A client that goes away in the middle is no failure of the server.
    socket.on("error", () => socket.destroy());
    let received: Buffer = Buffer.alloc(0);
    socket.on("data", (piece) => {
      const { requests, rest } = takeMessages(Buffer.concat([received, piece]));
      received = rest;
      for (const request of requests) socket.write(answer(request, databases));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    uri: `mongodb://127.0.0.1:${port}/`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(request: WireRequest, databases: Databases): Buffer {
  try {
    return encodeReply(request, databases.run(request.command));
  } catch (error) {
    const failure = error instanceof CommandError ? error : new CommandError(1, "InternalError", String(error));
    return encodeReply(request, { ok: 0, errmsg: failure.message, code: failure.code, codeName: failure.codeName });
  }
}
