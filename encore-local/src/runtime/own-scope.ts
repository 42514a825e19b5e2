import { AsyncResource } from "node:async_hooks";

/**
 * Runs a handler so that the current request, which the SDK sets for everything that follows in the same asynchronous
 * context, stays the handler's own: without this a call to another service would leave the callee's request behind.
 */
export function inOwnScope<Result>(run: () => Result): Result {
  return new AsyncResource("EncoreRequest").runInAsyncScope(run);
}
