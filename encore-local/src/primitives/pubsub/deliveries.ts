import { type DeliveryAttempt, shortened } from "../../runtime/activity";
import { LogLevel, type RuntimeHost } from "../../runtime/host";
import type { Subscription } from "./parse";
import type { MessageHandler, QueuedMessage } from "./runtime";

/** Locally, Encore gives a subscription without a retry policy this many attempts in all. */
const ATTEMPTS_WITHOUT_POLICY = 3;

interface Attempt extends QueuedMessage {
  /** Starts at 1. */
  number: number;
}

/** The messages of one subscription: waiting, being handled, or waiting for another attempt. */
export class Deliveries {
  readonly #subscription: Subscription;
  readonly #host: RuntimeHost;
  readonly #waiting: Attempt[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #handler: MessageHandler | undefined;
  #draining = false;

  constructor(subscription: Subscription, host: RuntimeHost) {
    this.#subscription = subscription;
    this.#host = host;
  }

  start(handler: MessageHandler): void {
    this.#handler = handler;
    this.#pump();
  }

  add(message: QueuedMessage): void {
    this.#waiting.push({ ...message, number: 1 });
    this.#pump();
  }

  async drain(): Promise<void> {
    this.#draining = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #pump(): void {
    const { maxConcurrency } = this.#subscription;
    while (!this.#draining && this.#handler !== undefined) {
      if (maxConcurrency > 0 && this.#running.size >= maxConcurrency) return;
      const attempt = this.#waiting.shift();
      if (attempt === undefined) return;
      const run = this.#deliver(attempt, this.#handler).finally(() => {
        this.#running.delete(run);
        this.#pump();
      });
      this.#running.add(run);
    }
  }

  /** One attempt. A handler that outlives the deadline counts as failed, though it goes on: the message comes again. */
  async #deliver(attempt: Attempt, handler: MessageHandler): Promise<void> {
    const { service, topic, name, ackDeadlineMs } = this.#subscription;
    const at = Date.now();
    let settled = false;
    const fail = (reason: unknown) => {
      if (settled) return;
      settled = true;
      const error = reason instanceof Error ? reason : new Error(String(reason));
      const retryInMs = this.#retry(attempt, error);
      this.#record(attempt, at, {
        outcome: retryInMs === undefined ? "dropped" : "failed",
        error: error.message,
        retryInMs,
      });
    };
    const deadline = this.#later(ackDeadlineMs, () => fail(new Error(`not done within ${ackDeadlineMs} ms`)));
    try {
      const request = this.#host.newMessageRequest({
        service,
        topic,
        subscription: name,
        id: attempt.id,
        publishedAt: attempt.publishedAt,
        deliveryAttempt: attempt.number,
        payload: this.#host.messageCodec(topic).decode(attempt.message),
      });
      this.#host.logger.log(request, LogLevel.Info, "starting request");
      try {
        await handler(request);
        if (!settled) this.#record(attempt, at, { outcome: "done" });
        settled = true;
      } finally {
        this.#host.logger.log(request, LogLevel.Info, "request completed");
      }
    } catch (error) {
      fail(error);
    } finally {
      clearTimeout(deadline);
      this.#timers.delete(deadline);
    }
  }

  #record({ id, number }: Attempt, at: number, end: Pick<DeliveryAttempt, "outcome" | "error" | "retryInMs">): void {
    const { topic, name } = this.#subscription;
    const ms = Date.now() - at;
    const error = end.error === undefined ? {} : { error: shortened(end.error) };
    this.#host.recorder?.record(() => {
      return { kind: "delivery", topic, subscription: name, id, attempt: number, at, ms, ...end, ...error };
    });
  }

  /** Gives the pause before the next attempt; undefined when there is none. */
  #retry(attempt: Attempt, error: Error): number | undefined {
    const { topic, name, retryPolicy, defaultRetryPolicy } = this.#subscription;
    const attempts = defaultRetryPolicy ? ATTEMPTS_WITHOUT_POLICY : retryPolicy.maxRetries + 1;
    const fields = { topic, subscription: name, message_id: attempt.id, delivery_attempt: attempt.number };
    if (attempt.number >= attempts) {
      const text = "message handler failed for the last time, the message is dropped";
      this.#host.logger.log(null, LogLevel.Error, text, error, undefined, fields);
      return undefined;
    }
    this.#host.logger.log(
      null,
      LogLevel.Warn,
      "message handler failed, it will be tried again",
      error,
      undefined,
      fields,
    );
    const pause = backoffMs(attempt.number, retryPolicy);
    if (this.#draining) return pause;
    this.#later(pause, () => {
      this.#waiting.push({ ...attempt, number: attempt.number + 1 });
      this.#pump();
    });
    return pause;
  }

  #later(milliseconds: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }
}

/** The pause before the next attempt: doubled with each one, within the policy's bounds. */
function backoffMs(attempts: number, { minBackoffMs, maxBackoffMs }: Subscription["retryPolicy"]): number {
  return Math.min(maxBackoffMs, minBackoffMs * 2 ** (attempts - 1));
}
