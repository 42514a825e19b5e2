import { describe, expect, it } from "vitest";
import { call, type ErrorBody, uniqueName } from "./client";

interface Project {
  id: string;
  name: string;
  description: string;
  language: string | null;
  workspaceId: string;
  createdAt: string;
}

interface ProjectPage {
  items: Project[];
  nextCursor?: string;
}

async function createProject(name = uniqueName("project")): Promise<Project> {
  const created = await call<Project>("POST", "/projects", { body: { name } });
  expect(created.status).toBe(200);
  return created.body;
}

describe("projects", () => {
  it("are created with their workspace", async () => {
    const project = await createProject();
    const workspace = await call<{ id: string; projectId: string; language: string }>(
      "GET",
      `/workspace/project/${project.id}`,
    );
    expect(workspace.body).toMatchObject({ id: project.workspaceId, projectId: project.id, language: "typescript" });
  });

  it("have names that are unique among the owner's living projects", async () => {
    const name = uniqueName("twice");
    const first = await createProject(name);
    const second = await call<ErrorBody>("POST", "/projects", { body: { name } });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ code: "already_exists", details: { reason: "project_name_taken" } });
    await call("DELETE", `/projects/${first.id}`);
    expect((await createProject(name)).id).not.toBe(first.id);
  });

  it("may have the name of another user's project", async () => {
    const name = uniqueName("shared");
    await createProject(name);
    const other = await call<Project>("POST", "/projects", { body: { name }, token: "dev:somebody-else" });
    expect(other.status).toBe(200);
  });

  it("are read back as they were created and changed", async () => {
    const project = await createProject();
    const name = uniqueName("renamed");
    const changed = await call<Project>("PATCH", `/projects/${project.id}`, { body: { name, description: "why" } });
    expect(changed.body).toMatchObject({ id: project.id, name, description: "why" });
    expect((await call<Project>("GET", `/projects/${project.id}`)).body).toEqual(changed.body);
  });

  it("cannot be renamed to a name that is taken", async () => {
    const [first, second] = [await createProject(), await createProject()];
    const answer = await call<ErrorBody>("PATCH", `/projects/${second.id}`, { body: { name: first.name } });
    expect(answer.body).toMatchObject({ code: "already_exists", details: { reason: "project_name_taken" } });
  });

  it("are listed page by page, newest first, each once", async () => {
    const created = [await createProject(), await createProject(), await createProject()].map((p) => p.id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? "" : `&cursor=${cursor}`;
      const page = await call<ProjectPage>("GET", `/projects?limit=2${query}`);
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.items.map((p) => p.id));
      cursor = page.body.nextCursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => created.includes(id))).toEqual(created.toReversed());
  });

  it.each([
    ["an empty name", { name: " " }],
    ["a name with a line break", { name: "a\nb" }],
    ["a name that is too long", { name: "x".repeat(101) }],
    ["an empty language", { name: "x", language: "" }],
    ["a language with a NUL", { name: "x", language: "a\u0000" }],
    ["a description with a NUL", { name: "x", description: "\u0000" }],
  ])("are refused with %s", async (_, body) => {
    const answer = await call<ErrorBody>("POST", "/projects", { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: "invalid_argument", details: { reason: "invalid_request" } });
  });

  it.each(["limit=0", "limit=201", "cursor=nonsense"])("are not listed with %s", async (query) => {
    expect((await call<ErrorBody>("GET", `/projects?${query}`)).body.code).toBe("invalid_argument");
  });

  it("are gone once deleted, and so is what belonged to them", async () => {
    const project = await createProject();
    expect((await call("DELETE", `/projects/${project.id}`)).status).toBe(200);
    for (const path of [`/projects/${project.id}`, `/workspace/project/${project.id}`]) {
      expect((await call<ErrorBody>("GET", path)).body.code).toBe("not_found");
    }
  });
});

describe("another user's project", () => {
  it.each([
    ["GET", ""],
    ["PATCH", ""],
    ["DELETE", ""],
  ])("answers %s as one that is not there", async (method) => {
    const project = await createProject();
    const body = method === "PATCH" ? { body: { name: "x" } } : {};
    const theirs = await call<ErrorBody>(method, `/projects/${project.id}`, { ...body, token: "dev:somebody-else" });
    const missing = await call<ErrorBody>(method, `/projects/${crypto.randomUUID()}`, body);
    expect(theirs.status).toBe(404);
    expect(theirs.body.details).toEqual(missing.body.details);
    expect((await call("GET", `/projects/${project.id}`)).status).toBe(200);
  });
});
