import type { Activity, ActivityReport, DeliveryAttempt, PublishedMessage, ServedRequest } from "../runtime/activity";

const REQUESTS = 500;
const MESSAGES = 200;
const ATTEMPTS_A_MESSAGE = 50;

/** A request, with an id that is unique among all versions of the app. */
export type JournalRequest = Omit<ServedRequest, "id" | "kind"> & { id: string };

export type Attempt = Omit<DeliveryAttempt, "kind" | "topic" | "id">;

export interface JournalMessage extends Omit<PublishedMessage, "kind"> {
  attempts: Attempt[];
}

export interface JournalEntries {
  requests: JournalRequest[];
  messages: JournalMessage[];
  /** Requests and messages that were too many to be told of. */
  omitted: number;
}

/** The latest of what the app did, in a bounded amount of memory. It outlives the app's processes. */
export class Journal {
  readonly #requests = new Map<string, JournalRequest>();
  readonly #messages = new Map<string, JournalMessage>();
  #omitted = 0;

  /** Adds what one process did; gives the entries that are new or other than before. */
  add({ entries, omitted }: ActivityReport, process: number): JournalEntries {
    this.#omitted += omitted;
    const changed: JournalEntries = { requests: [], messages: [], omitted: this.#omitted };
    for (const entry of entries) this.#addEntry(entry, process, changed);
    trim(this.#requests, REQUESTS);
    trim(this.#messages, MESSAGES);
    return changed;
  }

  /** Everything that is kept, the oldest first. */
  entries(): JournalEntries {
    return {
      requests: [...this.#requests.values()],
      messages: [...this.#messages.values()],
      omitted: this.#omitted,
    };
  }

  #addEntry(entry: Activity, process: number, changed: JournalEntries): void {
    if (entry.kind === "request") {
      const { kind: _, id: number, ...rest } = entry;
      const request = { ...rest, id: `${process}.${number}` };
      this.#requests.set(request.id, request);
      changed.requests.push(request);
      return;
    }
    const message = entry.kind === "published" ? this.#publish(entry) : this.#attempt(entry);
    if (message !== undefined && !changed.messages.includes(message)) changed.messages.push(message);
  }

  #publish({ kind: _, ...published }: PublishedMessage): JournalMessage {
    const message = { ...published, attempts: [] };
    this.#messages.set(message.id, message);
    return message;
  }

  /** Undefined when the message itself is no longer kept. */
  #attempt({ kind: _, topic: _topic, id, ...attempt }: DeliveryAttempt): JournalMessage | undefined {
    const message = this.#messages.get(id);
    if (message === undefined) return undefined;
    message.attempts.push(attempt);
    if (message.attempts.length > ATTEMPTS_A_MESSAGE) message.attempts.shift();
    return message;
  }
}

/** Removes the oldest entries. */
function trim(entries: Map<string, unknown>, most: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= most) return;
    entries.delete(key);
  }
}
