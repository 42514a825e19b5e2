const MOST_REQUESTS = 500;
const MOST_MESSAGES = 200;

/** What the page knows, as the explorer pushes it. Listeners are told of each change by its name. */
class Store extends EventTarget {
  /** The description of the app; undefined until it has come. */
  app;
  /** Requests and messages by id, the oldest first. */
  requests = new Map();
  messages = new Map();
  /** What was too much to be told of. */
  omitted = 0;
  /** Why a changed app is not what is served. */
  failure;
  connected = false;

  async start() {
    await this.#load();
    const source = new EventSource("/api/events");
    source.addEventListener("open", () => this.#set({ connected: true }, "state"));
    source.addEventListener("error", () => this.#set({ connected: false }, "state"));
    source.addEventListener("snapshot", ({ data }) => this.#snapshot(JSON.parse(data)));
    source.addEventListener("activity", ({ data }) => this.#activity(JSON.parse(data)));
    source.addEventListener("failed", ({ data }) => this.#set({ failure: JSON.parse(data).failure }, "state"));
    source.addEventListener("served", () => {
      this.#set({ failure: undefined }, "state");
      void this.#load();
    });
  }

  endpoint(service, name) {
    return this.app?.services.find((one) => one.name === service)?.endpoints.find((one) => one.name === name);
  }

  clearRequests() {
    this.requests.clear();
    this.omitted = 0;
    this.#tell("requests");
  }

  async #load() {
    const answer = await fetch("/api/app").catch(() => undefined);
    if (!answer?.ok) return;
    const text = await answer.text();
    if (text === this.#description) return;
    this.#description = text;
    this.app = JSON.parse(text);
    this.#tell("app");
  }

  #description;

  #snapshot({ entries, failure }) {
    this.requests = new Map(entries.requests.map((request) => [request.id, request]));
    this.messages = new Map(entries.messages.map((message) => [message.id, message]));
    this.omitted = entries.omitted;
    this.failure = failure;
    for (const what of ["state", "requests", "messages"]) this.#tell(what);
    void this.#load();
  }

  #activity({ requests, messages, omitted }) {
    this.omitted = omitted;
    for (const request of requests) this.requests.set(request.id, request);
    for (const message of messages) this.messages.set(message.id, message);
    trim(this.requests, MOST_REQUESTS);
    trim(this.messages, MOST_MESSAGES);
    if (requests.length > 0) this.#tell("requests");
    if (messages.length > 0) this.#tell("messages");
  }

  #set(values, what) {
    Object.assign(this, values);
    this.#tell(what);
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}

function trim(entries, most) {
  for (const key of entries.keys()) {
    if (entries.size <= most) return;
    entries.delete(key);
  }
}

export const store = new Store();
