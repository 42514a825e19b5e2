import type { ErrorCode } from "./api-error";

/** Who made a call. */
export type Caller =
  /** A client outside, by what it calls itself. */
  | { kind: "http"; agent?: string }
  | { kind: "service"; name: string }
  | { kind: "cron"; name: string }
  /** Code of the app that runs outside of any request. */
  | { kind: "app" };

/** A request that was answered, or a stream that has opened or ended. Neither headers, bodies nor the query are kept. */
export interface ServedRequest {
  kind: "request";
  /** Unique within the process: a stream is told of twice. */
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Absent while a stream is open. */
  ms?: number;
  method: string;
  path: string;
  /** Zero when the client went away before there was one. */
  status: number;
  service?: string;
  endpoint?: string;
  error?: ActivityError;
  /** The connection closed before the answer had left. */
  cutOff?: boolean;
  caller: Caller;
  traceId?: string;
}

export interface ActivityError {
  code: ErrorCode;
  message: string;
  internalMessage?: string;
}

export interface PublishedMessage {
  kind: "published";
  at: number;
  topic: string;
  id: string;
  /** JSON. */
  body: string;
  attributes: Record<string, string>;
}

/** One attempt to deliver a message, once it has ended. */
export interface DeliveryAttempt {
  kind: "delivery";
  at: number;
  ms: number;
  topic: string;
  subscription: string;
  id: string;
  /** Starts at 1. */
  attempt: number;
  outcome: "done" | "failed" | "dropped";
  error?: string;
  /** When the next attempt is due, after a failed one. */
  retryInMs?: number;
}

export type Activity = ServedRequest | PublishedMessage | DeliveryAttempt;

/** What the process that runs the app did since it last told. */
export interface ActivityReport {
  entries: Activity[];
  /** How many more there were. */
  omitted: number;
}

const INTERVAL_MS = 100;
/** Under load nobody reads every line, and telling of each would slow the app down. */
const ENTRIES_A_REPORT = 100;
const TEXT_LENGTH = 4_000;

/** Collects what the app does and tells of it in intervals, for the API explorer. */
export class ActivityRecorder {
  readonly #send: (report: ActivityReport) => void;
  #entries: Activity[] = [];
  #omitted = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(send: (report: ActivityReport) => void) {
    this.#send = send;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** `describe` is not called when there is no room. */
  record(describe: () => Activity): void {
    if (this.#entries.length >= ENTRIES_A_REPORT) {
      this.#omitted++;
      return;
    }
    this.#entries.push(describe());
    this.#timer ??= setTimeout(() => this.flush(), INTERVAL_MS).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#entries.length === 0) return;
    const report = { entries: this.#entries, omitted: this.#omitted };
    this.#entries = [];
    this.#omitted = 0;
    this.#send(report);
  }
}

/** Long texts would fill the memory of whoever keeps them. */
export const shortened = (text: string): string =>
  text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}…` : text;
