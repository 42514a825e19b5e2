import type { Server as HttpServer } from "node:http";
import { Server } from "socket.io";
import type { SandboxRegistry } from "./registry";

/** State events as Daytona sends them: Socket.IO below `/api/socket.io/`, by WebSocket only, the key in `auth.token`. */
export function serveEvents(server: HttpServer, { registry, key }: { registry: SandboxRegistry; key: string }): Server {
  const io = new Server(server, {
    path: "/api/socket.io/",
    transports: ["websocket"],
    serveClient: false,
    // WebSockets of the toolbox are none of its business.
    destroyUpgrade: false,
  });
  io.use((socket, next) => {
    next(socket.handshake.auth.token === key ? undefined : new Error("Unauthorized"));
  });
  // Copies: what is sent is as it was when it happened.
  registry.events.on("created", ({ sandbox }) => {
    io.emit("sandbox.created", structuredClone(sandbox));
  });
  registry.events.on("state", ({ sandbox }, oldState, newState) => {
    io.emit("sandbox.state.updated", { sandbox: structuredClone(sandbox), oldState, newState });
  });
  registry.events.on("desired", ({ sandbox }, oldDesiredState, newDesiredState) => {
    io.emit("sandbox.desired-state.updated", { sandbox: structuredClone(sandbox), oldDesiredState, newDesiredState });
  });
  return io;
}
