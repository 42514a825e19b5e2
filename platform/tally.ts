import type { Reason } from "./errors";

/** What is counted of every service's requests. Encore lets only services hold metrics, so that auth's do the counting. */
export interface Tally {
  refused(reason: Reason): void;
  auditFailed(step: "begin" | "end"): void;
}

let current: Tally | undefined;

export function tallyWith(tally: Tally): void {
  current = tally;
}

/** Nothing is counted where auth is not loaded, as in commands and tests of single modules. */
export const tally: Tally = {
  refused: (reason) => current?.refused(reason),
  auditFailed: (step) => current?.auditFailed(step),
};
