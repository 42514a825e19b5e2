import { request } from "node:http";
import type { AppAnswer, AppCall } from "../../src/explorer/call-app";
import type { AppDescription } from "../../src/explorer/describe-app";
import type { DatabaseStatus } from "../../src/explorer/explorer";
import type { JournalEntries } from "../../src/explorer/journal";
import { freePort } from "../../src/postgres/free-port";
import type { CommandLine, Started } from "./command-line";

/** What an explorer pushed so far, with the events' names. */
interface Pushed {
  event: string;
  data: unknown;
}

/** The explorer of an app that is served, asked as its page asks it. */
export class ExplorerClient {
  readonly port: number;
  readonly url: string;

  constructor(port: number) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async serve(
    cli: CommandLine,
    ...args: string[]
  ): Promise<{ app: Started & { url: string }; explorer: ExplorerClient }> {
    const port = await freePort();
    const app = await cli.serve("--explorer-port", String(port), ...args);
    return { app, explorer: new ExplorerClient(port) };
  }

  async describe(): Promise<AppDescription> {
    return (await (await fetch(`${this.url}/api/app`)).json()) as AppDescription;
  }

  async databases(): Promise<DatabaseStatus[]> {
    return (await (await fetch(`${this.url}/api/databases`)).json()) as DatabaseStatus[];
  }

  async call(call: AppCall): Promise<AppAnswer> {
    const response = await fetch(`${this.url}/api/call`, { method: "POST", body: JSON.stringify(call) });
    return (await response.json()) as AppAnswer;
  }

  /** What a page gets that is opened now. */
  async snapshot(): Promise<{ entries: JournalEntries; failure?: string }> {
    for await (const { event, data } of this.events()) {
      if (event === "snapshot") return data as { entries: JournalEntries; failure?: string };
    }
    throw new Error("the explorer pushed nothing");
  }

  async *events(): AsyncGenerator<Pushed> {
    const response = await fetch(`${this.url}/api/events`);
    if (response.body === null) return;
    let text = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const [event = "", data = ""] = text.slice(0, end).split("\ndata: ");
        text = text.slice(end + 2);
        yield { event: event.replace("event: ", ""), data: JSON.parse(data) };
      }
    }
  }

  /** A request with headers that `fetch` does not let one choose. Gives status and body. */
  async send(path: string, headers: Record<string, string>, method = "GET"): Promise<{ status: number; body: string }> {
    return await new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: this.port, path, method, headers }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          body += piece;
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
      sent.once("error", reject);
      sent.end();
    });
  }
}
