import type { AppModel } from "../model/types";
import { type MigrationStatus, migrationStatus } from "../postgres/migration-status";
import type { ActivityReport } from "../runtime/activity";
import { type AppDescription, describeApp } from "./describe-app";
import { EventStream } from "./event-stream";
import { ExplorerServer } from "./explorer-server";
import { Journal } from "./journal";

export interface ExplorerOptions {
  /** Where the explorer is served; always on this machine only. */
  port: number;
  /** Where the app is served. */
  app: { url: string; host: string; port: number };
  cron: boolean;
}

/** One version of the app that is served. */
export interface ServedVersion {
  model: AppModel;
  secrets: Record<string, string>;
  databases: Record<string, { connectionString: string }>;
}

export interface DatabaseStatus {
  name: string;
  migrations: MigrationStatus[];
  /** Why they could not be read. */
  error?: string;
}

/** What the app is and does, for people: a page on a port of its own that outlives the app's processes. */
export class Explorer {
  readonly #options: ExplorerOptions;
  readonly #journal = new Journal();
  readonly #stream = new EventStream();
  readonly #server: ExplorerServer;
  #version: ServedVersion | undefined;
  /** Why what is served is not what the source holds now. */
  #failure: string | undefined;

  constructor(options: ExplorerOptions) {
    this.#options = options;
    this.#server = new ExplorerServer({
      port: options.port,
      app: options.app,
      describe: () => this.#describe(),
      databases: () => this.#databases(),
      openStream: (response) => {
        const data = { entries: this.#journal.entries(), failure: this.#failure };
        this.#stream.add(response, { event: "snapshot", data });
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  /** Rejects when the port is taken. */
  async listen(): Promise<void> {
    await this.#server.listen();
  }

  served(version: ServedVersion): void {
    this.#version = version;
    this.#failure = undefined;
    this.#stream.send("served", {});
  }

  /** The changed app cannot be served; with undefined, it is what is served again. */
  failed(failure: string | undefined): void {
    if (failure === this.#failure) return;
    this.#failure = failure;
    this.#stream.send("failed", { failure });
  }

  /** `process` is the number of the process that did it. */
  record(report: ActivityReport, process: number): void {
    this.#stream.send("activity", this.#journal.add(report, process));
  }

  async close(): Promise<void> {
    this.#stream.close();
    await this.#server.close();
  }

  #describe(): AppDescription | undefined {
    if (this.#version === undefined) return undefined;
    const { model, secrets } = this.#version;
    return describeApp({ model, secrets, url: this.#options.app.url, cron: this.#options.cron });
  }

  async #databases(): Promise<DatabaseStatus[]> {
    if (this.#version === undefined) return [];
    const { model, databases } = this.#version;
    return await Promise.all(
      model.databases.map(async ({ name, migrationsDir, migrationsSource }) => {
        const connectionString = databases[name]?.connectionString;
        if (connectionString === undefined || migrationsDir === undefined) return { name, migrations: [] };
        try {
          return {
            name,
            migrations: await migrationStatus({ connectionString, folder: migrationsDir, source: migrationsSource }),
          };
        } catch (error) {
          return { name, migrations: [], error: error instanceof Error ? error.message : String(error) };
        }
      }),
    );
  }
}
