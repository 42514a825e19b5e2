/**
 * Runs `send` once everything that has arrived by now has been read. Answers that leave together cost the system less
 * than answers that each interrupt the reading: `npm run bench -- runtime` is a third slower without it.
 */
export function afterReading(send: () => void): void {
  if (waiting.push(send) === 1) setImmediate(sendAll);
}

let waiting: (() => void)[] = [];

function sendAll(): void {
  const sending = waiting;
  waiting = [];
  for (const send of sending) send();
}
