import type { ServerResponse } from "node:http";
import type { Page } from "../primitives/running";

const PREFIX = "/__encore/";

/** `/__encore/healthz`, in the shape that Encore's runtime gives it, and the pages that primitives have beside it. */
export class Health {
  readonly #appId: string;
  readonly #pages: Record<string, () => Page>;
  shuttingDown = false;

  constructor(appId: string, pages: Record<string, () => Page>) {
    this.#appId = appId;
    this.#pages = pages;
  }

  answer(path: string, response: ServerResponse): void {
    const name = path.slice(PREFIX.length);
    const page = Object.hasOwn(this.#pages, name) ? this.#pages[name]?.() : undefined;
    if (page !== undefined) response.writeHead(200, { "content-type": page.type }).end(page.body);
    else if (name === "healthz") this.#answerHealth(response);
    else response.writeHead(404, { "content-length": 0 }).end();
  }

  #answerHealth(response: ServerResponse): void {
    const [status, code, message] = this.shuttingDown
      ? [503, "shutting_down", "Service is shutting down"]
      : [200, "ok", "Your Encore app is up and running!"];
    const details = {
      app_slug: this.#appId,
      env_name: "local",
      app_revision: "",
      encore_compiler: "",
      deploy_id: "",
      checks: [],
      enabled_experiments: [],
    };
    response.writeHead(Number(status), { "content-type": "application/json" });
    response.end(JSON.stringify({ code, message, details }));
  }
}
