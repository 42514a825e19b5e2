import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { db } from "../../database";
import { createProjectForImport, createProjectWithWorkspace } from "../../projects/creation";
import { announceDueDeletions, deleteProject } from "../../projects/deletion";
import { findProject, insertProject, listProjects } from "../../projects/project-store";

const newProject = (ownerId: string, name: string) => ({ ownerId, name, description: "", repository: null });

async function announcements(id: string): Promise<{ announcements: number; due: boolean }> {
  const row = await db.queryRow<{ announcements: number; due: boolean }>`
    SELECT announcements, announce_at IS NOT NULL AS due FROM projects WHERE id = ${id}::uuid`;
  if (row === null) throw new Error("the row is gone");
  return row;
}

describe("creating a project with its workspace", () => {
  it("leaves no living project behind when the workspace cannot be made", async () => {
    const ownerId = randomUUID();
    const failure = new Error("no workspace today");
    const outcome = createProjectWithWorkspace(
      { ownerId, name: "half", description: "", language: "typescript" },
      { createWorkspace: () => Promise.reject(failure) },
    );
    await expect(outcome).rejects.toBe(failure);
    expect((await listProjects({ ownerId, limit: 10, cursor: undefined })).items).toEqual([]);
  });

  it("gives a name to one of two that ask for it at the same moment", async () => {
    const ownerId = randomUUID();
    const both = await Promise.all([
      insertProject(newProject(ownerId, "one")),
      insertProject(newProject(ownerId, "one")),
    ]);
    expect(both.filter((project) => project !== null)).toHaveLength(1);
  });
});

describe("a project for an import", () => {
  it("is named after the repository, with a number when that is taken", async () => {
    const ownerId = randomUUID();
    const request = { ownerId, name: undefined, repository: "owner/app" };
    const names = [];
    for (let i = 0; i < 3; i++) names.push((await createProjectForImport(request)).name);
    expect(names).toEqual(["app", "app-2", "app-3"]);
  });

  it("is refused when the name that was asked for is taken", async () => {
    const request = { ownerId: randomUUID(), name: "mine", repository: "owner/app" };
    await createProjectForImport(request);
    await expect(createProjectForImport(request)).rejects.toMatchObject({ reason: "project_name_taken" });
  });
});

describe("a deleted project", () => {
  it("is hidden at once and announced again later, a bounded number of times", async () => {
    const project = await insertProject(newProject(randomUUID(), "doomed"));
    if (project === null) throw new Error("the name was taken");
    await deleteProject(project.id);
    expect(await findProject(project.id)).toBeNull();
    expect(await announcements(project.id)).toEqual({ announcements: 1, due: true });
    for (let i = 0; i < 6; i++) {
      await db.exec`UPDATE projects SET announce_at = now() WHERE id = ${project.id}::uuid AND announce_at IS NOT NULL`;
      await announceDueDeletions();
    }
    expect(await announcements(project.id)).toEqual({ announcements: 5, due: false });
  });
});

describe("the pages of a list", () => {
  it("neither skip nor repeat projects that were created in the same instant", async () => {
    const ownerId = randomUUID();
    await db.exec`
      INSERT INTO projects (owner_id, name, created_at)
      SELECT ${ownerId}::text, 'p' || n, '2026-01-02 03:04:05.678901Z' FROM generate_series(1, 7) AS n`;
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listProjects({ ownerId, limit: 2, cursor });
      names.push(...page.items.map((project) => project.name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names.toSorted()).toEqual(["p1", "p2", "p3", "p4", "p5", "p6", "p7"]);
  });
});
