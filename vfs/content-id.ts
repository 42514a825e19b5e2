import { randomUUID } from "node:crypto";

let count = 0;

/**
 * A UUID of version 7 (RFC 9562, section 5.7). Ids that are made one after the other lie side by side in the stores' indexes,
 * which then grow at one end in place of being written everywhere.
 */
export function newContentId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  count = (count + 1) % 4096;
  const counter = count.toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}${randomUUID().slice(18)}`;
}
