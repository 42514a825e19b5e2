import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { db } from "../../database";
import { insertProject } from "../../projects/project-store";
import {
  DEADLINE_MINUTES,
  MOVES,
  PASSING,
  STATUSES,
  taskFor,
  type WorkspaceStatus,
} from "../../workspace/state-machine";
import { insertWorkspace, type WorkItem } from "../../workspace/workspace-store";

async function newProject(): Promise<string> {
  const project = await insertProject({ ownerId: randomUUID(), name: "states", description: "", repository: null });
  if (project === null) throw new Error("the name is taken");
  return project.id;
}

async function workspaceFor(projectId: string): Promise<WorkItem | null> {
  const languages = { language: "typescript", projectLanguage: "typescript", unknownLanguage: null } as const;
  return await insertWorkspace(
    { projectId, ...languages, framework: null, runPlan: null, mode: "daytona" },
    { limit: 10 },
  );
}

async function newWorkspace(): Promise<string> {
  const workspace = await workspaceFor(await newProject());
  if (workspace === null) throw new Error("there is a workspace already");
  return workspace.id;
}

/** Sets a status together with whatever else must agree with it, so that only the move itself can be at fault. */
async function force(id: string, status: WorkspaceStatus): Promise<void> {
  const passing = PASSING.includes(status);
  await db.rawExec(
    `UPDATE workspaces SET status = $2, daytona_sandbox_id = 'sandbox',
       wanted = CASE WHEN $2 IN ('deleting', 'deleted') THEN 'deleted' ELSE 'running' END,
       error_reason = CASE WHEN $2 = 'error' THEN 'daytona_unavailable' END,
       next_attempt_at = CASE WHEN $3 THEN now() END, deadline_at = CASE WHEN $3 THEN now() END WHERE id = $1::uuid`,
    id,
    status,
    passing,
  );
}

/** The shortest way from `pending` to a state. */
function wayTo(status: WorkspaceStatus): WorkspaceStatus[] {
  const ways: WorkspaceStatus[][] = [["pending"]];
  for (const way of ways) {
    const last = way.at(-1) as WorkspaceStatus;
    if (last === status) return way.slice(1);
    ways.push(...MOVES[last].filter((next) => !way.includes(next)).map((next) => [...way, next]));
  }
  throw new Error(`nothing leads to ${status}`);
}

describe("the database", () => {
  it.each(STATUSES)("lets a workspace go from %s to exactly the states that the module names", async (from) => {
    const taken: WorkspaceStatus[] = [];
    for (const to of STATUSES) {
      const id = await newWorkspace();
      for (const status of wayTo(from)) await force(id, status);
      const moved = force(id, to).then(
        () => true,
        (error: Error) => {
          expect(error.message).toContain(`a workspace does not go from ${from} to ${to}`);
          return false;
        },
      );
      if ((await moved) && to !== from) taken.push(to);
    }
    expect(taken.toSorted()).toEqual([...MOVES[from]].toSorted());
  });

  it("notes every change of status with its reason", async () => {
    const id = await newWorkspace();
    await db.exec`UPDATE workspaces SET status = 'starting', status_reason = 'for a test' WHERE id = ${id}::uuid`;
    const events =
      await db.queryAll`SELECT message, kind FROM workspace_events WHERE workspace_id = ${id}::uuid ORDER BY id`;
    expect(events).toEqual([
      { message: "pending: created", kind: "status" },
      { message: "starting: for a test", kind: "status" },
    ]);
  });

  it.each([
    ["runs without a sandbox", "status = 'starting'", "status = 'running', deadline_at = NULL"],
    ["is in error without a reason", "status = 'starting'", "status = 'error', deadline_at = NULL"],
    ["is passing without a deadline", "status = 'starting'", "deadline_at = NULL"],
    ["is passing and never looked at", "status = 'starting'", "next_attempt_at = NULL"],
    ["is being deleted though nobody wants it", "status = 'starting'", "status = 'deleting'"],
    ["has fewer leases than before", "lease_generation = 5", "lease_generation = 4"],
    ["forgets what was asked for", "wanted_version = 5", "wanted_version = 4"],
    ["goes back to a sandbox that was given up", "sandbox_generation = 2", "sandbox_generation = 1"],
  ])("has no workspace that %s", async (_, before, change) => {
    const id = await newWorkspace();
    await db.rawExec(`UPDATE workspaces SET ${before} WHERE id = $1::uuid`, id);
    await expect(db.rawExec(`UPDATE workspaces SET ${change} WHERE id = $1::uuid`, id)).rejects.toThrow();
  });
});

describe("a new workspace", () => {
  it("belongs to the project's owner", async () => {
    const projectId = await newProject();
    const owner = await db.queryRow<{ id: string }>`SELECT owner_id AS id FROM projects WHERE id = ${projectId}::uuid`;
    expect(await workspaceFor(projectId)).toMatchObject({ projectId, ownerId: owner?.id, status: "pending" });
  });

  it("is not made for a project that is deleted, or was never there", async () => {
    const projectId = await newProject();
    await db.exec`UPDATE projects SET deleted_at = now() WHERE id = ${projectId}::uuid`;
    for (const id of [projectId, randomUUID()]) {
      await expect(workspaceFor(id)).rejects.toMatchObject({ reason: "project_not_found" });
    }
  });
});

describe("the states", () => {
  it("have a way out, but for the last one", () => {
    expect(STATUSES.filter((status) => MOVES[status].length === 0)).toEqual(["deleted"]);
  });

  it("may all be left for deletion", () => {
    const others = STATUSES.filter((status) => status !== "deleting" && status !== "deleted");
    expect(others.filter((status) => !MOVES[status].includes("deleting"))).toEqual([]);
  });

  it("have something to do for a worker exactly while they must pass, or do not agree with what is wanted", () => {
    for (const status of PASSING) expect(taskFor({ status, wanted: "running" })).not.toBe("nothing");
    expect(taskFor({ status: "running", wanted: "running" })).toBe("nothing");
    expect(taskFor({ status: "running", wanted: "stopped" })).toBe("bring to rest");
    expect(taskFor({ status: "stopped", wanted: "running" })).toBe("bring up");
    expect(taskFor({ status: "error", wanted: "running" })).toBe("nothing");
    expect(taskFor({ status: "deleted", wanted: "deleted" })).toBe("nothing");
  });

  it("that may last have no deadline", () => {
    expect(STATUSES.filter((status) => DEADLINE_MINUTES[status] === null)).toEqual([
      ...["running", "stopped", "error", "deleted"],
    ]);
  });
});
