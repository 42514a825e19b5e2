import type { LoadFigures } from "./traffic";

export interface Answer {
  ok: boolean;
  text: string;
}

/** One user's requests; each is timed from its first byte to the answer's last. */
export type Client = (method: string, path: string, body?: string) => Promise<Answer>;

const KEPT_ERRORS = 5;

/** How long requests took, and which failed: whoever sends something that is refused has found a mistake. */
export class Recorder {
  readonly #milliseconds: number[] = [];
  readonly #firstErrors: string[] = [];
  #errors = 0;

  client({ url, token }: { url: string; token: string }): Client {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return async (method, path, body) => {
      const from = performance.now();
      try {
        const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
        const text = await response.text();
        this.#milliseconds.push(performance.now() - from);
        if (!response.ok) this.#fail(`${method} ${path} answered ${response.status}: ${text.slice(0, 200)}`);
        return { ok: response.ok, text };
      } catch (error) {
        this.#fail(`${method} ${path}: ${String(error)}`);
        return { ok: false, text: "" };
      }
    };
  }

  figures(seconds: number): Omit<LoadFigures, "imports"> {
    const sorted = [...this.#milliseconds].sort((a, b) => a - b);
    const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
    return {
      requests: sorted.length,
      requestsPerSecond: sorted.length / seconds,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      errors: this.#errors,
      firstErrors: [...this.#firstErrors],
    };
  }

  #fail(what: string): void {
    this.#errors += 1;
    if (this.#firstErrors.length < KEPT_ERRORS) this.#firstErrors.push(what);
  }
}
