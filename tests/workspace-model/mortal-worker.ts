import { reconcile } from "../../workspace/reconcile";
import type { WorkerPorts } from "../../workspace/worker-ports";
import type { WorkItem } from "../../workspace/workspace-store";

/** Where a worker's process may die or freeze: before or behind the n-th call of a port. */
export interface Point {
  call: "claim" | "write" | "reread" | "find" | "create" | "start" | "stop" | "delete" | "sendFiles";
  /** From 1. */
  occurrence: number;
  side: "before" | "behind";
}

class Killed extends Error {}

/**
 * A worker in a process that dies or freezes at a point. A dead one has no effect any more: its lease is not given back, its
 * failure is not noted. A frozen one goes on when it is thawed, however late, as if no time had passed.
 */
export class MortalWorker {
  #state: "alive" | "frozen" | "dead" = "alive";
  #left: number;
  #thaw: (() => void)[] = [];
  #reached: () => void = () => undefined;
  #lastCall = false;
  /** The number of its lease, once it has one. */
  leaseGeneration: number | null = null;
  /** Ends when the worker has ended, is dead or is frozen. */
  readonly halted: Promise<void>;
  readonly #ended: Promise<void>;

  constructor(
    readonly workspaceId: string,
    ports: WorkerPorts,
    private readonly end: { point: Point; fate: "die" | "freeze" },
  ) {
    this.#left = end.point.occurrence;
    const frozen = new Promise<void>((resolve) => {
      this.#reached = resolve;
    });
    // Whatever a worker throws makes its message come again, and that is the schedule's to decide.
    this.#ended = reconcile(workspaceId, this.#mortal(ports)).then(
      () => undefined,
      () => undefined,
    );
    this.halted = Promise.race([this.#ended, frozen]);
  }

  get isFrozen(): boolean {
    return this.#state === "frozen";
  }

  async thaw(): Promise<void> {
    this.#state = "alive";
    for (const go of this.#thaw.splice(0)) go();
    await this.#ended;
  }

  /** Goes on for the one call that it was frozen in, and dies behind it. */
  async thawToDie(): Promise<void> {
    this.#lastCall = true;
    await this.thaw();
  }

  async kill(): Promise<void> {
    this.#state = "dead";
    for (const go of this.#thaw.splice(0)) go();
    await this.#ended;
  }

  #mortal({ sandboxes, rows, identity, sendFiles }: WorkerPorts): WorkerPorts {
    return {
      identity,
      sandboxes: sandboxes === null ? null : this.#watched(sandboxes),
      rows: this.#watched(rows),
      sendFiles: this.#watched({ sendFiles }).sendFiles,
    };
  }

  #watched<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]): Promise<unknown> => {
          const here = name === this.end.point.call && --this.#left === 0;
          await this.#pass(here && this.end.point.side === "before");
          const result: unknown = await Reflect.apply(value, target, args);
          if (name === "claim") this.leaseGeneration = (result as WorkItem | null)?.leaseGeneration ?? null;
          if (this.#lastCall) this.#state = "dead";
          await this.#pass(here && this.end.point.side === "behind");
          return result;
        };
      },
    });
  }

  async #pass(here: boolean): Promise<void> {
    if (here) {
      this.#state = this.end.fate === "die" ? "dead" : "frozen";
      this.#reached();
    }
    if (this.#state === "frozen") await new Promise<void>((resolve) => this.#thaw.push(resolve));
    if (this.#state === "dead") throw new Killed("the process was killed");
  }
}
