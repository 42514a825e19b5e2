import type { WebSocket } from "ws";
import type { Channel } from "./message-port";

/** A channel over a WebSocket. One whose client leaves more than `maxWaitingBytes` lying is cut off: the SDK lets no app wait. */
export function webSocketChannel(socket: WebSocket, { maxWaitingBytes }: { maxWaitingBytes: number }): Channel {
  return {
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(text);
      if (socket.bufferedAmount > maxWaitingBytes) socket.terminate();
    },
    close: () => socket.close(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    onMessage: (listener) => socket.on("message", (data) => listener(String(data))),
    onClose: (listener) => {
      if (socket.readyState === socket.CLOSED) listener();
      else socket.once("close", listener);
    },
  };
}

/** Two ends of one channel within the process. Messages arrive in a later turn, as over a network. */
export function channelPair(): [Channel, Channel] {
  const a = new LocalEnd();
  const b = new LocalEnd();
  a.peer = b;
  b.peer = a;
  return [a, b];
}

class LocalEnd implements Channel {
  peer: LocalEnd | undefined;
  #early: string[] = [];
  #listener: ((text: string) => void) | undefined;
  #onClose: (() => void)[] = [];
  #closed = false;

  send(text: string): void {
    const { peer } = this;
    setImmediate(() => peer?.deliver(text));
  }

  close(): void {
    const { peer } = this;
    setImmediate(() => {
      this.end();
      peer?.end();
    });
  }

  onMessage(listener: (text: string) => void): void {
    this.#listener = listener;
    for (const text of this.#early.splice(0)) listener(text);
  }

  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#onClose.push(listener);
  }

  deliver(text: string): void {
    if (this.#closed) return;
    if (this.#listener) this.#listener(text);
    else this.#early.push(text);
  }

  end(): void {
    this.#closed = true;
    for (const listener of this.#onClose.splice(0)) listener();
  }
}
