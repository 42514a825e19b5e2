import type { ServerResponse } from "node:http";

/** `/__encore/healthz`, in the shape that Encore's runtime gives it. */
export class Health {
  readonly #appId: string;
  shuttingDown = false;

  constructor(appId: string) {
    this.#appId = appId;
  }

  answer(path: string, response: ServerResponse): void {
    if (path !== "/__encore/healthz") {
      response.writeHead(404, { "content-length": 0 }).end();
      return;
    }
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
