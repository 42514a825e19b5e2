import { randomUUID } from "node:crypto";
import { DomainError } from "../../platform/errors";
import type { Sandbox, SandboxRequest, SandboxState } from "../../workspace/sandboxes";
import type { SandboxRecords } from "../../workspace/worker-ports";

/** What goes wrong with one call. */
export type ProviderFault =
  /** Refused, before anything happened. */
  | "unavailable"
  | "rate limited"
  | "unauthorized"
  | "quota exceeded"
  /** Done, and the answer is lost. */
  | "answer lost"
  /** A create or start that is still under way when its caller gives up. */
  | "slow"
  /** A create or start that fails, and leaves the sandbox in an error state. */
  | "broken";

export type ProviderCall = "find" | "list" | "create" | "start" | "stop" | "delete";

interface Record extends Sandbox {
  /** What a passing state becomes when time goes on. */
  becomes: SandboxState | null;
}

const PASSING: readonly SandboxState[] = ["creating", "starting", "stopping", "archiving", "changing", "destroying"];

/**
 * A provider within the process, for thousands of schedules. tests/integration/sandbox-provider.test.ts holds it and the
 * real SDK to the same behaviour.
 */
export class MemorySandboxes implements SandboxRecords {
  readonly #records = new Map<string, Record>();
  readonly #faults = new Map<ProviderCall, ProviderFault[]>();

  /** The next such call suffers it. */
  addFault(call: ProviderCall, fault: ProviderFault): void {
    this.#faults.set(call, [...(this.#faults.get(call) ?? []), fault]);
  }

  heal(): void {
    this.#faults.clear();
  }

  /** All that are there and not on their way out. */
  get living(): Sandbox[] {
    return [...this.#records.values()].filter(({ state }) => state !== "destroying");
  }

  /** Time goes by: what is passing passes, and everything gets older. */
  advance(seconds: number): void {
    for (const record of this.#records.values()) {
      record.createdAt = new Date((record.createdAt?.getTime() ?? 0) - seconds * 1000);
      if (record.becomes === "destroyed") this.#records.delete(record.id);
      else if (record.becomes !== null) this.#set(record, record.becomes);
    }
  }

  /** Somebody does it by hand, or Daytona by itself. */
  interfere(state: "started" | "stopped" | "error" | "gone"): void {
    for (const record of this.living) {
      const found = this.#records.get(record.id);
      if (found === undefined || PASSING.includes(found.state)) continue;
      if (state === "gone") this.#records.delete(found.id);
      else this.#set(found, state);
    }
  }

  /** Somebody else's sandbox. */
  occupy(name: string): void {
    this.#add({ name, language: "typescript", labels: { owner: "somebody else" } }, "started");
  }

  async find(nameOrId: string): Promise<Sandbox | null> {
    return await this.#call("find", () => {
      const found = this.#records.get(nameOrId) ?? this.#named(nameOrId);
      return found === undefined ? null : { ...found };
    });
  }

  async list(labels: globalThis.Record<string, string>): Promise<Sandbox[]> {
    return await this.#call("list", () =>
      [...this.#records.values()]
        .filter((record) => Object.entries(labels).every(([name, value]) => record.labels[name] === value))
        .map((record) => ({ ...record })),
    );
  }

  async create(request: SandboxRequest): Promise<Sandbox> {
    return await this.#call("create", (fault) => {
      if (this.#named(request.name) !== undefined) {
        throw new DomainError("daytona_unavailable", `Daytona: Sandbox with name ${request.name} already exists`);
      }
      return this.#arrive(this.#add(request, "creating"), fault);
    });
  }

  async start(id: string): Promise<void> {
    await this.#call("start", (fault) => {
      const record = this.#settled(id);
      if (record.state === "error")
        throw new DomainError("daytona_rejected", "Daytona: Sandbox is in an errored state");
      if (record.state === "started") return;
      this.#set(record, "starting", "started");
      this.#arrive(record, fault);
    });
  }

  async stop(id: string): Promise<void> {
    await this.#call("stop", () => {
      const record = this.#settled(id);
      if (record.state !== "started")
        throw new DomainError("daytona_rejected", "Daytona: Sandbox is not in a stoppable state");
      this.#set(record, "stopped");
    });
  }

  async delete(id: string): Promise<void> {
    await this.#call("delete", (fault) => {
      if (!this.#records.has(id)) return;
      const record = this.#settled(id);
      // The name is free at once.
      record.name = `DESTROYED_${record.name}`;
      this.#set(record, "destroying", "destroyed");
      if (fault !== "slow") this.#records.delete(id);
    });
  }

  async #call<T>(call: ProviderCall, work: (fault: ProviderFault | undefined) => T): Promise<T> {
    const fault = this.#faults.get(call)?.shift();
    await Promise.resolve();
    switch (fault) {
      case "unavailable":
        throw new DomainError("daytona_unavailable", "Daytona: socket hang up");
      case "rate limited":
        throw new DomainError("daytona_rate_limited", "Daytona: Too Many Requests", { retryAfterSeconds: 30 });
      case "unauthorized":
        throw new DomainError("daytona_unauthorized", "Daytona: Invalid credentials");
      case "quota exceeded":
        throw new DomainError("daytona_quota_exceeded", "Daytona: Total CPU limit exceeded");
      case "answer lost":
        work(fault);
        throw new DomainError("daytona_unavailable", "Daytona: the answer was lost");
      default:
        return work(fault);
    }
  }

  /** The end of a create or start. */
  #arrive(record: Record, fault: ProviderFault | undefined): Sandbox {
    if (fault === "slow") throw new DomainError("daytona_unavailable", "Daytona: not started within 60 seconds");
    if (fault === "broken") {
      this.#set(record, "error");
      throw new DomainError("daytona_sandbox_failed", "Daytona: Sandbox failed to start: out of disk");
    }
    this.#set(record, "started");
    return { ...record };
  }

  #add({ name, labels }: SandboxRequest, state: SandboxState): Record {
    const id = randomUUID();
    const record: Record = {
      ...{ id, name, labels: { ...labels }, state, phase: state, errorReason: null, createdAt: new Date() },
      becomes: state === "creating" ? "started" : null,
    };
    this.#records.set(id, record);
    return record;
  }

  #named(name: string): Record | undefined {
    return [...this.#records.values()].find((record) => record.name === name);
  }

  /** Daytona refuses to do anything with a sandbox that is changing its state. */
  #settled(id: string): Record {
    const record = this.#records.get(id);
    if (record === undefined) throw new DomainError("daytona_rejected", "Daytona: Sandbox not found");
    if (PASSING.includes(record.state))
      throw new DomainError("daytona_unavailable", "Daytona: Sandbox state change in progress");
    return record;
  }

  #set(record: Record, state: SandboxState, becomes: SandboxState | null = null): void {
    Object.assign(record, { state, phase: state, becomes, errorReason: state === "error" ? "out of disk" : null });
  }
}
