import { type FSWatcher, readdirSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { FAILED, READY, TAKEN, type TestDatabases } from "../runtime/test-databases";
import { isAlive } from "./data-lock";
import { cloneDatabase, dropDatabase } from "./databases";
import type { PostgresServer } from "./server";
import { physicalPart } from "./template";

export interface TestClonesOptions {
  server: PostgresServer;
  /** The databases to copy, by their names in the app. */
  templates: Record<string, string>;
  /** Where copies are offered and taken. */
  folder: string;
  /** In the names of the copies, so that two runs do not meet. */
  run: string;
}

/** As many as may begin at once; more are made while those are in use. */
const IN_STOCK = Math.min(availableParallelism(), 4);

/**
 * Keeps copies of the app's databases in stock for processes that run tests: each takes one for itself, at once, and what it
 * took goes when it has ended. A process must have its database before its first statement runs and cannot wait for a
 * connection there; so copies are offered as files, which a process takes by renaming one.
 */
export class TestClones {
  readonly #options: TestClonesOptions;
  readonly #watcher: FSWatcher;
  #made = 0;
  #work: Promise<void> = Promise.resolve();
  #due = false;
  #disposed = false;

  constructor(options: TestClonesOptions) {
    this.#options = options;
    this.#watcher = watch(options.folder, () => this.#tendSoon());
    this.#tendSoon();
  }

  /** Stops making copies. Those that are there are dropped with `drop`; a server that goes away itself needs none of it. */
  async dispose({ drop }: { drop: boolean }): Promise<void> {
    this.#disposed = true;
    this.#watcher.close();
    await this.#work;
    if (!drop) return;
    for (const file of readdirSync(this.#options.folder)) await this.#drop(file);
  }

  #tendSoon(): void {
    if (this.#due || this.#disposed) return;
    this.#due = true;
    this.#work = this.#work.then(async () => {
      this.#due = false;
      await this.#tend().catch((error: unknown) => this.#tellFailure(error));
    });
  }

  async #tend(): Promise<void> {
    const files = readdirSync(this.#options.folder);
    const ready = files.filter((file) => file.startsWith(READY)).length;
    for (let missing = IN_STOCK - ready; missing > 0 && !this.#disposed; missing--) await this.#make();
    for (const file of files) {
      if (file.startsWith(TAKEN) && !isAlive(Number(file.split("-").at(-1)))) await this.#drop(file);
    }
  }

  async #make(): Promise<void> {
    const { server, templates, folder } = this.#options;
    const number = this.#made++;
    const databases: TestDatabases = {};
    for (const [name, template] of Object.entries(templates)) {
      const clone = this.#cloneName(name, number);
      await cloneDatabase(server, { template, name: clone });
      databases[name] = { connectionString: server.connectionString(clone) };
    }
    // Whole before it can be seen.
    const file = path.join(folder, `making-${number}`);
    writeFileSync(file, JSON.stringify(databases), { mode: 0o600 });
    renameSync(file, path.join(folder, `${READY}${number}`));
  }

  /** `ready-3`, `taken-3-4711` */
  async #drop(file: string): Promise<void> {
    const number = Number(file.split("-")[1]);
    for (const name of Object.keys(this.#options.templates)) {
      await dropDatabase(this.#options.server, this.#cloneName(name, number));
    }
    rmSync(path.join(this.#options.folder, file), { force: true });
  }

  #cloneName(name: string, number: number): string {
    return `${physicalPart(name)}_test_${this.#options.run}_${number}`;
  }

  /** Those who wait for a copy must not wait for ever. */
  #tellFailure(error: unknown): void {
    writeFileSync(path.join(this.#options.folder, FAILED), error instanceof Error ? error.message : String(error));
  }
}
