import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { db } from "../../database";
import { DomainError } from "../../platform/errors";
import { insertProject } from "../../projects/project-store";
import { leasedRows } from "../../workspace/leased-rows";
import { reconcile } from "../../workspace/reconcile";
import { WORKSPACE_LABEL } from "../../workspace/sandbox-identity";
import type { Sandbox } from "../../workspace/sandboxes";
import { PASSING } from "../../workspace/state-machine";
import { survey } from "../../workspace/survey";
import { wantDeleted, wantRestarted, wantRunning, wantStopped } from "../../workspace/wanted";
import type { WorkerPorts } from "../../workspace/worker-ports";
import {
  COLUMNS,
  dueWorkspaces,
  findProjectWorkspace,
  insertWorkspace,
  oneWorkspace,
  type WorkItem,
} from "../../workspace/workspace-store";
import { MemorySandboxes } from "./memory-sandboxes";
import { MortalWorker, type Point } from "./mortal-worker";

const IDENTITY = { environment: "model", installation: randomUUID() };

/** What happens in a schedule, one after the other. */
export type Step =
  | { do: "create" | "start" | "stop" | "restart" | "delete" }
  | { do: "deliver" | "deliver twice" | "survey" | "thaw" | "thaw to die" | "kill frozen" }
  | { do: "die at" | "freeze at"; point: Point }
  | { do: "fault"; call: "find" | "list" | "create" | "start" | "stop" | "delete"; fault: ProviderFaultName }
  | { do: "files fail" }
  | { do: "interfere"; state: "started" | "stopped" | "error" | "gone" }
  | { do: "tick"; seconds: number };

type ProviderFaultName = Parameters<MemorySandboxes["addFault"]>[1];

/** One project, its workspaces, and the provider: the real tables and the real workers, with time and failures by hand. */
export class World {
  readonly provider = new MemorySandboxes();
  #frozen: MortalWorker[] = [];
  #filesFail = 0;
  /** Sandboxes that hold the project's files. */
  readonly #filled = new Set<string>();

  private constructor(private readonly projectId: string) {}

  static async begin(): Promise<World> {
    await db.exec`DELETE FROM workspace_events`;
    await db.exec`DELETE FROM workspaces`;
    const project = await insertProject({ ownerId: randomUUID(), name: "model", description: "", repository: null });
    if (project === null) throw new Error("the name is taken");
    return new World(project.id);
  }

  async run(step: Step): Promise<void> {
    switch (step.do) {
      case "create":
        return await this.#create();
      case "start":
        return void (await this.#ask((id) => wantRunning(id, "asked for")));
      case "stop":
        return void (await this.#ask(wantStopped));
      case "restart":
        return void (await this.#ask((id) => wantRestarted(id, "asked for")));
      case "delete":
        return void (await this.#ask((id) => wantDeleted(id, "asked for")));
      case "deliver":
        return await this.#deliver();
      case "deliver twice":
        return void (await Promise.all([this.#deliver(), this.#deliver()]));
      case "die at":
        return await this.#mortal(step.point, "die");
      case "freeze at":
        return await this.#mortal(step.point, "freeze");
      case "thaw":
        return await this.#goOn((worker) => worker.thaw());
      case "thaw to die":
        return await this.#goOn((worker) => worker.thawToDie());
      case "kill frozen":
        return await this.#frozen.shift()?.kill();
      case "fault":
        return this.provider.addFault(step.call, step.fault);
      case "files fail":
        this.#filesFail += 1;
        return;
      case "interfere":
        return this.provider.interfere(step.state);
      case "tick":
        return await this.#tick(step.seconds);
      case "survey":
        return void (await this.#survey());
    }
  }

  /** The project's living workspace. */
  async workspace(): Promise<WorkItem | null> {
    return await findProjectWorkspace(this.projectId);
  }

  /** What holds at any moment. */
  async check(): Promise<void> {
    const names = this.provider.living.map(({ name }) => name);
    if (new Set(names).size !== names.length) throw new Error(`two sandboxes have one name: ${names.join(", ")}`);
    for (const { id, status, mode, daytonaSandboxId } of await this.#everything()) {
      if (status === "running" && mode === "daytona" && daytonaSandboxId === null) {
        throw new Error(`${id} runs without a sandbox`);
      }
      const last = await db.queryRow<{ message: string }>`
        SELECT message FROM workspace_events WHERE workspace_id = ${id}::uuid AND kind = 'status' ORDER BY id DESC LIMIT 1`;
      if (last?.message.startsWith(`${status}: `) !== true)
        throw new Error(`the log ends with ${last?.message}, not ${status}`);
    }
  }

  /** All faults end, frozen workers go on at last, time goes by, and the sweeps do their work. */
  async heal(): Promise<void> {
    this.provider.heal();
    this.#filesFail = 0;
    while (this.#frozen.length > 0) await this.#goOn((worker) => worker.thaw());
    // An orphan is collected once it is older than the grace time, so one quiet round says little.
    for (let quiet = 0, round = 0; quiet < 2 && round < 8; round++) {
      await this.#tick(1_000);
      const due = await dueWorkspaces();
      for (const id of due) await this.#reconcile(id);
      const found = await this.#survey();
      quiet = due.length + found === 0 ? quiet + 1 : 0;
    }
  }

  /** What holds once everything is well again. */
  async checkHealed(): Promise<void> {
    const everything = await this.#everything();
    for (const item of everything) {
      const own = this.provider.living.filter(({ labels }) => labels[WORKSPACE_LABEL] === item.id);
      const told = `${item.status} (wanted ${item.wanted}, ${item.statusReason}) with ${own.map(describeSandbox).join(", ") || "no sandbox"}`;
      if (PASSING.includes(item.status) || item.due) throw new Error(`it never settles: ${told}`);
      if (own.length > 1) throw new Error(`more than one sandbox: ${told}`);
      if (item.wanted === "deleted" && (item.status !== "deleted" || own.length > 0))
        throw new Error(`not deleted: ${told}`);
      if (item.status === "running" && !this.#isReady(item, own[0])) throw new Error(`it says that it runs: ${told}`);
      if (item.status === "stopped" && own[0]?.state === "started")
        throw new Error(`it says that it is stopped: ${told}`);
      if (item.status !== "error" && item.status !== item.wanted) throw new Error(`not what is wanted: ${told}`);
    }
    const ids = everything.map(({ id }) => id);
    const strays = this.provider.living.filter(({ labels }) => !ids.includes(labels[WORKSPACE_LABEL] ?? ""));
    if (strays.length > 0) throw new Error(`left over: ${strays.map(describeSandbox).join(", ")}`);
  }

  /** However it went: whoever asks for a running workspace now gets one. */
  async checkUsable(): Promise<void> {
    await this.#create();
    await this.#ask((id) => wantRunning(id, "asked for at the end"));
    await this.heal();
    const item = await findProjectWorkspace(this.projectId);
    if (item?.status !== "running")
      throw new Error(`it cannot be started any more: ${item?.status} (${item?.statusReason})`);
    await this.checkHealed();
  }

  async end(): Promise<void> {
    for (const worker of this.#frozen.splice(0)) await worker.kill();
  }

  #isReady(item: WorkItem, sandbox: Sandbox | undefined): boolean {
    return sandbox?.id === item.daytonaSandboxId && sandbox?.state === "started" && this.#filled.has(sandbox.id);
  }

  get #ports(): WorkerPorts {
    return {
      sandboxes: this.provider,
      rows: leasedRows,
      identity: IDENTITY,
      sendFiles: async (_item, sandboxId) => {
        if (this.#filesFail > 0) {
          this.#filesFail -= 1;
          throw new DomainError("content_store_unavailable", "the contents cannot be read");
        }
        const sandbox = await this.provider.find(sandboxId);
        if (sandbox?.state !== "started") throw new DomainError("daytona_unavailable", "no IP address found");
        this.#filled.add(sandboxId);
      },
    };
  }

  async #create(): Promise<void> {
    const languages = { language: "typescript", projectLanguage: "typescript", unknownLanguage: null } as const;
    await insertWorkspace(
      { projectId: this.projectId, ...languages, framework: null, runPlan: null, mode: "daytona" },
      { limit: 100 },
    );
  }

  async #ask(action: (id: string) => Promise<unknown>): Promise<void> {
    const item = await findProjectWorkspace(this.projectId);
    if (item !== null) await action(item.id);
  }

  /** A message for each workspace that there ever was, deleted ones as well. */
  async #deliver(): Promise<void> {
    for (const { id } of await this.#everything()) await this.#reconcile(id);
  }

  /** A message's handler may throw: then the message would come again. */
  async #reconcile(id: string): Promise<void> {
    await reconcile(id, this.#ports).catch((error: Error) => {
      if (error.name !== "NotYet" && !(error instanceof DomainError)) throw error;
    });
  }

  async #mortal(point: Point, fate: "die" | "freeze"): Promise<void> {
    const item = await findProjectWorkspace(this.projectId);
    if (item === null) return;
    const worker = new MortalWorker(item.id, this.#ports, { point, fate });
    await worker.halted;
    if (worker.isFrozen) this.#frozen.push(worker);
  }

  /** A worker that another one overtook changes no row any more. */
  async #goOn(how: (worker: MortalWorker) => Promise<void>): Promise<void> {
    const worker = this.#frozen.shift();
    if (worker === undefined) return;
    const lease = worker.leaseGeneration;
    const before = await this.#everything();
    await how(worker);
    const after = await this.#everything();
    for (const item of before) {
      // One that froze before it had a lease takes one now, as any worker may.
      if (worker.workspaceId !== item.id || lease === null || lease === item.leaseGeneration) continue;
      const now = after.find(({ id }) => id === item.id);
      if (!isDeepStrictEqual(now, item)) {
        throw new Error(`an overtaken worker changed ${JSON.stringify(item)} to ${JSON.stringify(now)}`);
      }
    }
  }

  /** The clock goes forward: every time that the database keeps goes back. */
  async #tick(seconds: number): Promise<void> {
    this.provider.advance(seconds);
    await db.exec`
      UPDATE workspaces SET lease_until = lease_until - make_interval(secs => ${seconds}::int),
        next_attempt_at = next_attempt_at - make_interval(secs => ${seconds}::int),
        deadline_at = deadline_at - make_interval(secs => ${seconds}::int)`;
  }

  /** How much there was to do. */
  async #survey(): Promise<number> {
    try {
      const { corrected, removed } = await survey({ sandboxes: this.provider, identity: IDENTITY });
      return corrected.length + removed.length;
    } catch (error) {
      if (error instanceof DomainError) return 0;
      throw error;
    }
  }

  async #everything(): Promise<WorkItem[]> {
    const ids = await db.queryAll<{ id: string }>`SELECT id FROM workspaces WHERE project_id = ${this.projectId}::uuid`;
    const items: WorkItem[] = [];
    for (const { id } of ids) {
      const item = await oneWorkspace(`SELECT ${COLUMNS} FROM workspaces WHERE id = $1::uuid`, id);
      if (item !== null) items.push(item);
    }
    return items;
  }
}

function describeSandbox({ name, state }: Sandbox): string {
  return `${name} (${state})`;
}
