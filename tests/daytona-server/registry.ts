import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { type BuildInfo, type Sandbox, SandboxDesiredState, SandboxState } from "@daytona/api-client";

export interface SandboxRecord {
  sandbox: Sandbox;
  /** Its working folder. What the server keeps for it lies beside, in `<folder>.daemon`. */
  folder: string;
  /** When it stopped, while it is stopped or archived. */
  stoppedAt?: number;
}

export interface NewSandbox {
  name?: string | null;
  env?: Record<string, string>;
  labels?: Record<string, string>;
  public?: boolean;
  target?: string;
  snapshot?: string;
  /** Built from it, in place of a snapshot. */
  dockerfile?: string;
  autoStopInterval?: number;
  autoArchiveInterval?: number;
  autoDeleteInterval?: number;
}

/** How long the states of passage last, in milliseconds. The real one needs about a second for each. */
export interface Timing {
  createMs: number;
  startMs: number;
  stopMs: number;
  deleteMs: number;
}

const AT_ONCE: Timing = { createMs: 0, startMs: 0, stopMs: 0, deleteMs: 0 };

/** `created` with the record; `state` and `desired` with the record, the old word and the new one. */
interface RegistryEvents {
  created: [SandboxRecord];
  state: [SandboxRecord, SandboxState, SandboxState];
  desired: [SandboxRecord, SandboxDesiredState, SandboxDesiredState];
  /** The sandbox no longer runs: what ran in it is to be ended. */
  halted: [SandboxRecord];
}

const MAX_ARCHIVE_MINUTES = 43_200;
const DEFAULT_SNAPSHOT = "daytonaio/sandbox:0.5.0-slim";

/** The sandboxes of the one organisation, and their states over time. `idle.ts` has what happens to those that nobody uses. */
export class SandboxRegistry {
  toolboxUrl = "";
  /** Each request that is held listens, so there may be many. */
  readonly events = new EventEmitter<RegistryEvents>().setMaxListeners(0);
  readonly #records = new Map<string, SandboxRecord>();

  constructor(
    private readonly folder: string,
    public timing: Timing = AT_ONCE,
  ) {}

  get all(): SandboxRecord[] {
    return [...this.#records.values()];
  }

  find(idOrName: string): SandboxRecord | undefined {
    return this.#records.get(idOrName) ?? this.all.find(({ sandbox }) => sandbox.name === idOrName);
  }

  /** Undefined when the name is taken. The sandbox starts by itself, as the timing says. */
  create(request: NewSandbox): SandboxRecord | undefined {
    const id = randomUUID();
    const name = request.name || id;
    if (this.find(name) !== undefined) return undefined;
    const folder = path.join(this.folder, id);
    mkdirSync(folder, { recursive: true });
    const record = { sandbox: newSandbox(id, name, { request, toolboxUrl: this.toolboxUrl }), folder };
    this.#records.set(id, record);
    this.events.emit("created", record);
    this.events.emit("state", record, SandboxState.UNKNOWN, SandboxState.CREATING);
    if (request.dockerfile !== undefined) record.sandbox.state = SandboxState.PENDING_BUILD;
    this.#after(this.timing.createMs, record, () => {
      if (request.dockerfile !== undefined) this.setState(record, SandboxState.BUILDING_SNAPSHOT);
      this.setState(record, SandboxState.STARTED);
    });
    return record;
  }

  start(record: SandboxRecord): void {
    this.setDesired(record, SandboxDesiredState.STARTED);
    const archived = record.sandbox.state === SandboxState.ARCHIVED;
    this.setState(record, archived ? SandboxState.RESTORING : SandboxState.STARTING);
    this.#after(this.timing.startMs, record, () => this.setState(record, SandboxState.STARTED));
  }

  /** One whose auto-delete interval is 0 goes with that. */
  stop(record: SandboxRecord): void {
    if (record.sandbox.autoDeleteInterval === 0) {
      this.remove(record);
      return;
    }
    this.setDesired(record, SandboxDesiredState.STOPPED);
    this.setState(record, SandboxState.STOPPING);
    this.#after(this.timing.stopMs, record, () => this.setState(record, SandboxState.STOPPED));
  }

  /** The real one needs half a minute for it. */
  archive(record: SandboxRecord): void {
    this.setDesired(record, SandboxDesiredState.ARCHIVED);
    this.setState(record, SandboxState.ARCHIVING);
    this.setState(record, SandboxState.ARCHIVED);
  }

  /** The name is free at once; the sandbox itself goes as the timing says. */
  remove(record: SandboxRecord): void {
    record.sandbox.name = `DESTROYED_${record.sandbox.name}_${Date.now()}`;
    this.setDesired(record, SandboxDesiredState.DESTROYED);
    // One in error is forgotten without being asked to clean up.
    if (record.sandbox.state === SandboxState.ERROR || record.sandbox.state === SandboxState.BUILD_FAILED) {
      this.delete(record);
      return;
    }
    this.setState(record, SandboxState.DESTROYING);
    this.#after(this.timing.deleteMs, record, () => {
      this.setState(record, SandboxState.DESTROYED);
      this.delete(record);
    });
  }

  /** Whatever happens behind the API's back: stopped by hand, archived, fallen into an error. Listeners are told. */
  setState(record: SandboxRecord, state: SandboxState, errorReason?: string): void {
    const { sandbox } = record;
    const old = sandbox.state ?? SandboxState.UNKNOWN;
    sandbox.state = state;
    if (state === SandboxState.ARCHIVED) sandbox.desiredState = SandboxDesiredState.ARCHIVED;
    sandbox.updatedAt = new Date().toISOString();
    if (state === SandboxState.STOPPED) record.stoppedAt = Date.now();
    if (state === SandboxState.STARTED) delete record.stoppedAt;
    if (errorReason === undefined) delete sandbox.errorReason;
    else sandbox.errorReason = errorReason;
    if (old === SandboxState.STARTED && state !== SandboxState.STARTED) this.events.emit("halted", record);
    if (old !== state) this.events.emit("state", record, old, state);
  }

  setDesired({ sandbox, folder }: SandboxRecord, desired: SandboxDesiredState): void {
    const old = sandbox.desiredState ?? SandboxDesiredState.STARTED;
    sandbox.desiredState = desired;
    if (old !== desired) this.events.emit("desired", { sandbox, folder }, old, desired);
  }

  /** Gone at once, without a word to anyone. */
  delete(record: SandboxRecord): void {
    if (!this.#records.delete(record.sandbox.id)) return;
    this.events.emit("halted", record);
    for (const folder of [record.folder, `${record.folder}.daemon`]) rmSync(folder, { recursive: true, force: true });
  }

  /** A state that was set meanwhile, or a deletion, takes the place of what was to come. */
  #after(ms: number, record: SandboxRecord, then: () => void): void {
    if (ms === 0) {
      then();
      return;
    }
    const { state } = record.sandbox;
    setTimeout(() => {
      if (this.#records.has(record.sandbox.id) && record.sandbox.state === state) then();
    }, ms);
  }
}

function newSandbox(
  id: string,
  name: string,
  { request, toolboxUrl }: { request: NewSandbox; toolboxUrl: string },
): Sandbox {
  const now = new Date().toISOString();
  const archive = request.autoArchiveInterval ?? 10_080;
  return {
    id,
    organizationId: "00000000-0000-4000-8000-000000000001",
    name,
    user: "daytona",
    ...(request.dockerfile === undefined
      ? { snapshot: request.snapshot || DEFAULT_SNAPSHOT }
      : { buildInfo: buildInfo(id, request.dockerfile) }),
    env: request.env ?? {},
    labels: request.labels ?? {},
    public: request.public ?? false,
    networkBlockAll: false,
    volumes: [],
    target: request.target ?? "us",
    cpu: 1,
    gpu: 0,
    memory: 1,
    disk: 3,
    state: SandboxState.CREATING,
    desiredState: SandboxDesiredState.STARTED,
    recoverable: false,
    backupState: "None",
    autoStopInterval: request.autoStopInterval ?? 15,
    autoArchiveInterval: archive === 0 ? MAX_ARCHIVE_MINUTES : Math.min(MAX_ARCHIVE_MINUTES, archive),
    autoDeleteInterval: request.autoDeleteInterval ?? -1,
    sandboxClass: "container",
    createdAt: now,
    updatedAt: now,
    lastActivityAt: now,
    toolboxProxyUrl: toolboxUrl,
  };
}

function buildInfo(id: string, dockerfileContent: string): BuildInfo {
  const now = new Date();
  return { dockerfileContent, createdAt: now, updatedAt: now, snapshotRef: `daytona-${id}:daytona` };
}
