import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { SourceCache } from "../model/source-files";
import { MigrationError } from "../postgres/migrations";
import type { ActivityReport } from "../runtime/activity";
import type { RuntimeConfig } from "../runtime/config";
import { SecretsError } from "../secrets/load";
import { AppProcess } from "./app-process";
import { type AppBuild, BuildError, buildApp } from "./build-app";
import { openSeam } from "./seam";

export interface SupervisorOptions {
  /** Absolute path of the app. */
  root: string;
  secretsFile: string;
  /** All of the configuration of a process that does not come from the app's source. */
  config: Omit<RuntimeConfig, "model" | "databases">;
  /** Brings the databases to what a version of the app expects. */
  prepareDatabases: (build: AppBuild) => Promise<RuntimeConfig["databases"]>;
  /** Called when a version is about to be served. */
  announce: (build: AppBuild, databases: RuntimeConfig["databases"]) => void;
  /** Called with why a changed app cannot be served, and with undefined when what is served is what the source holds again. */
  onFailure?: (message: string | undefined) => void;
  /** Called with what an app's process did; each process has a number of its own. */
  onActivity?: (report: ActivityReport, process: number) => void;
}

interface Launched {
  build: AppBuild;
  databases: RuntimeConfig["databases"];
  process: AppProcess;
}

/**
 * Keeps one version of the app serving. A version that cannot be built, migrated or started leaves the one before it in
 * place; one that can takes over the port once it has started.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #sources = new SourceCache();
  readonly #builds: string;
  readonly #processes = new Set<AppProcess>();
  #current: Launched | undefined;
  #launches = 0;
  #stopping = false;
  #update: Promise<void> = Promise.resolve();
  #updateWaits = false;
  #changedEarly = false;
  #end: (code: number) => void = () => {};
  /** The exit code, once the served version has ended for another reason than being replaced. */
  readonly ended = new Promise<number>((resolve) => {
    this.#end = resolve;
  });

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const folder = path.join(options.root, ".encore-local", "build");
    mkdirSync(folder, { recursive: true });
    this.#builds = mkdtempSync(path.join(folder, `${process.pid}-`));
  }

  /** @throws BuildError, SecretsError */
  async build(): Promise<AppBuild> {
    const { root, secretsFile } = this.#options;
    const folder = mkdtempSync(path.join(this.#builds, "version-"));
    return await buildApp({ root, secretsFile, folder, sources: this.#sources });
  }

  /** Starts the first version. When it does not start, `ended` says so. */
  async start(build: AppBuild): Promise<void> {
    const started = await this.#launch(build);
    if (started === undefined) {
      this.#end(1);
      return;
    }
    this.#serve(started);
    if (this.#changedEarly) this.update();
  }

  /** Puts what the source holds now in place of what is served. Changes during an update lead to one more. */
  update(): void {
    if (this.#current === undefined) this.#changedEarly = true;
    if (this.#current === undefined || this.#updateWaits) return;
    this.#updateWaits = true;
    this.#update = this.#update.then(async () => {
      this.#updateWaits = false;
      await this.#replace().catch((error: unknown) => this.#keep(error));
    });
  }

  /** Asks everything that runs to end; `ended` tells when it has. */
  stop(signal: NodeJS.Signals): void {
    this.#stopping = true;
    for (const process of this.#processes) process.signal(signal);
    if (this.#processes.size === 0) this.#end(0);
  }

  /** To be called after the end. */
  async dispose(): Promise<void> {
    this.#stopping = true;
    await this.#update;
    for (const process of this.#processes) process.signal("SIGTERM");
    await Promise.all([...this.#processes].map(({ exited }) => exited));
    rmSync(this.#builds, { recursive: true, force: true });
  }

  async #replace(): Promise<void> {
    if (this.#stopping) return;
    const startedAt = performance.now();
    const build = await this.build();
    if (build.fingerprint === this.#current?.build.fingerprint) {
      rmSync(path.dirname(build.bundle), { recursive: true, force: true });
      this.#options.onFailure?.(undefined);
      return;
    }
    const launched = await this.#launch(build);
    if (this.#stopping) return;
    if (launched === undefined) throw new BuildError("the changed app ended before it served anything");
    await this.#current?.process.retire();
    this.#serve(launched);
    console.error(`  restarted after a change, in ${Math.round(performance.now() - startedAt)} ms\n`);
  }

  #keep(error: unknown): void {
    const known = error instanceof BuildError || error instanceof SecretsError || error instanceof MigrationError;
    console.error(known ? error.message.trimEnd() : error);
    this.#options.onFailure?.(error instanceof Error ? error.message.trimEnd() : String(error));
    console.error("\n  The version from before the change is still served.\n");
  }

  async #launch(build: AppBuild): Promise<Launched | undefined> {
    const databases = await this.#options.prepareDatabases(build);
    if (this.#stopping) return undefined;
    const seam = openSeam({ ...this.#options.config, model: build.model, databases }, build.secrets);
    const number = ++this.#launches;
    const process = new AppProcess({
      root: this.#options.root,
      bundle: build.bundle,
      env: seam.env,
      onMessage: (message) => {
        if (message.kind === "activity") this.#options.onActivity?.(message.report, number);
      },
    });
    this.#processes.add(process);
    void process.exited.then(() => {
      this.#processes.delete(process);
      seam.dispose();
      rmSync(path.dirname(build.bundle), { recursive: true, force: true });
    });
    return (await process.started()) ? { build, databases, process } : undefined;
  }

  #serve(launched: Launched): void {
    const { build, databases, process } = launched;
    this.#current = launched;
    this.#options.announce(build, databases);
    process.listen();
    void process.exited.then((code) => {
      // Null: something killed it.
      if (this.#current?.process === process) this.#end(code ?? 1);
    });
  }
}
