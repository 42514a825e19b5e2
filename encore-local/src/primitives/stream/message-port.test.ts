import { expect, it } from "vitest";
import { type Channel, MessagePort } from "./message-port";

it("has a client wait that sends faster than the app reads, and loses nothing", async () => {
  const calls: string[] = [];
  let deliver: (text: string) => void = () => undefined;
  const channel: Channel = {
    send: () => undefined,
    close: () => undefined,
    pause: () => calls.push("pause"),
    resume: () => calls.push("resume"),
    onMessage: (listener) => {
      deliver = listener;
    },
    onClose: () => undefined,
  };
  const port = new MessagePort(channel, {
    codec: { outgoing: [], incoming: (text) => JSON.parse(text) },
    closedMessage: "closed",
    onUnreadable: (error) => {
      throw error;
    },
  });
  let sent = 0;
  while (!calls.includes("pause")) deliver(JSON.stringify({ n: sent++ }));
  expect(sent).toBeLessThan(1_000);
  for (let n = 0; n < sent; n++) {
    expect(calls).not.toContain("resume");
    expect(await port.recv()).toEqual({ n });
  }
  expect(calls).toContain("resume");
});
