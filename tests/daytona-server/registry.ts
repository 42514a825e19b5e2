import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { type Sandbox, SandboxState } from "@daytona/api-client";

export interface SandboxRecord {
  sandbox: Sandbox;
  /** Its working folder. */
  folder: string;
}

export interface NewSandbox {
  name?: string;
  env?: Record<string, string>;
  labels?: Record<string, string>;
  public?: boolean;
  target?: string;
  autoStopInterval?: number;
  autoArchiveInterval?: number;
  autoDeleteInterval?: number;
}

/** The sandboxes of the one organisation. */
export class SandboxRegistry {
  toolboxUrl = "";
  readonly #records = new Map<string, SandboxRecord>();

  constructor(private readonly folder: string) {}

  get all(): SandboxRecord[] {
    return [...this.#records.values()];
  }

  find(idOrName: string): SandboxRecord | undefined {
    return this.#records.get(idOrName) ?? this.all.find(({ sandbox }) => sandbox.name === idOrName);
  }

  /** Undefined when the name is taken. */
  create(request: NewSandbox): SandboxRecord | undefined {
    const id = randomUUID();
    const name = request.name || id;
    if (this.find(name) !== undefined) return undefined;
    const folder = path.join(this.folder, id);
    mkdirSync(folder, { recursive: true });
    const now = new Date().toISOString();
    const sandbox: Sandbox = {
      id,
      organizationId: "00000000-0000-4000-8000-000000000001",
      name,
      user: "daytona",
      env: request.env ?? {},
      labels: request.labels ?? {},
      public: request.public ?? false,
      networkBlockAll: false,
      target: request.target ?? "us",
      cpu: 1,
      gpu: 0,
      memory: 1,
      disk: 3,
      state: SandboxState.STARTED,
      recoverable: false,
      autoStopInterval: request.autoStopInterval ?? 15,
      autoArchiveInterval: request.autoArchiveInterval ?? 10_080,
      autoDeleteInterval: request.autoDeleteInterval ?? -1,
      createdAt: now,
      updatedAt: now,
      lastActivityAt: now,
      toolboxProxyUrl: this.toolboxUrl,
    };
    const record = { sandbox, folder };
    this.#records.set(id, record);
    return record;
  }

  delete({ sandbox, folder }: SandboxRecord): void {
    this.#records.delete(sandbox.id);
    rmSync(folder, { recursive: true, force: true });
  }
}
