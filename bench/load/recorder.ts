import type { KindFigures, LoadFigures } from "./traffic";

export interface Answer {
  ok: boolean;
  text: string;
}

/** One user's requests; each is timed from its first byte to the answer's last. */
export type Client = (method: string, path: string, body?: string) => Promise<Answer>;

const KEPT_ERRORS = 5;

/** How long requests took, and which failed: whoever sends something that is refused has found a mistake. */
export class Recorder {
  readonly #milliseconds = new Map<string, number[]>();
  readonly #firstErrors: string[] = [];
  #errors = 0;

  client({ url, token }: { url: string; token: string }): Client {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return async (method, path, body) => {
      const from = performance.now();
      try {
        const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
        const text = await response.text();
        this.#took(kindOf(method, path), performance.now() - from);
        if (!response.ok) this.#fail(`${method} ${path} answered ${response.status}: ${text.slice(0, 200)}`);
        return { ok: response.ok, text };
      } catch (error) {
        this.#fail(`${method} ${path}: ${String(error)}`);
        return { ok: false, text: "" };
      }
    };
  }

  figures(seconds: number): Omit<LoadFigures, "imports"> {
    const all = timesOf([...this.#milliseconds.values()].flat());
    const kinds = [...this.#milliseconds].map(([kind, times]) => ({ kind, ...timesOf(times) }));
    return {
      ...all,
      requestsPerSecond: all.requests / seconds,
      kinds: kinds.sort((a, b) => b.p50Ms - a.p50Ms),
      errors: this.#errors,
      firstErrors: [...this.#firstErrors],
    };
  }

  #took(kind: string, milliseconds: number): void {
    const times = this.#milliseconds.get(kind);
    if (times === undefined) this.#milliseconds.set(kind, [milliseconds]);
    else times.push(milliseconds);
  }

  #fail(what: string): void {
    this.#errors += 1;
    if (this.#firstErrors.length < KEPT_ERRORS) this.#firstErrors.push(what);
  }
}

/** `GET /vfs/files/:id/*`: the request without what differs from one project, or one file, to the next. */
function kindOf(method: string, path: string): string {
  const [plain = ""] = path.split("?");
  return `${method} ${plain.replace(/\/[0-9a-f-]{36}/, "/:id").replace(/:id\/.*/, ":id/*")}`;
}

function timesOf(milliseconds: readonly number[]): Omit<KindFigures, "kind"> {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { requests: sorted.length, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}
