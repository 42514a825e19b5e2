import { describe, expect, it } from "vitest";
import { call, type ErrorBody, repository, send, until } from "./client";

interface Import {
  id: string;
  projectId: string;
  repository: string;
  status: string;
}

interface Workspace {
  id: string;
  status: string;
  mode: "development" | "daytona";
  language: string;
  daytonaSandboxId: string | null;
}

const FINAL = ["succeeded", "failed", "cancelled"];

async function importRepository(): Promise<Import> {
  const started = await call<Import>("POST", "/github/import", { body: { repository } });
  expect(started.status).toBe(200);
  const done = await until(
    async () => (await call<Import>("GET", `/github/imports/${started.body.id}`)).body,
    (state) => FINAL.includes(state.status),
  );
  expect(done).toMatchObject({ status: "succeeded", projectId: started.body.projectId });
  return done;
}

interface DetectionBody {
  detection: { language: string; packageManager: string | null; evidence: { fact: string; file: string }[] } | null;
}

describe("the main job", () => {
  it("turns a repository into a project with files, a language and a running workspace", async () => {
    const { id: importId, projectId } = await importRepository();
    const { detection } = (await call<DetectionBody>("GET", `/github/imports/${importId}/detection`)).body;
    expect(detection).toMatchObject({ language: "typescript", packageManager: expect.any(String) });
    expect(detection?.evidence).toContainEqual(expect.objectContaining({ fact: "language", file: "package.json" }));

    const listing = await call<{ items: { path: string; kind: string }[] }>(
      "GET",
      `/vfs/directories/${projectId}?recursive=true&limit=200`,
    );
    expect(listing.body.items.map((entry) => entry.path)).toContain("package.json");
    const file = await send("GET", `/vfs/files/${projectId}/package.json`);
    expect(file.headers.get("etag")).not.toBeNull();
    expect(await file.json()).toHaveProperty("name");

    const project = await call<{ language: string; repository: string }>("GET", `/projects/${projectId}`);
    expect(project.body).toMatchObject({ language: "typescript", repository });

    const workspace = await until(
      async () => (await call<Workspace>("GET", `/workspace/project/${projectId}`)).body,
      (state) => state.status === "running" || state.status === "error",
    );
    expect(workspace).toMatchObject({ status: "running", language: "typescript" });

    const exec = await call<ErrorBody & { exitCode: number; output: string }>(
      "POST",
      `/workspace/${workspace.id}/exec`,
      {
        body: { command: "ls" },
      },
    );
    if (workspace.mode === "development") {
      expect(workspace.daytonaSandboxId).toBeNull();
      expect(exec.body).toMatchObject({ code: "failed_precondition", details: { reason: "development_mode" } });
    } else {
      expect(workspace.daytonaSandboxId).not.toBeNull();
      expect(exec.body).toMatchObject({ exitCode: 0 });
      expect(exec.body.output).toContain("package.json");
    }
  }, 120_000);

  it.each(["owner", "owner/..", "https://evil.example/a/b", "owner/a?b", "ftp://github.com/a/b", "owner%2fa"])(
    "refuses %s as a repository",
    async (bad) => {
      const answer = await call<ErrorBody>("POST", "/github/import", { body: { repository: bad } });
      expect(answer.status).toBe(400);
      expect(answer.body.details?.hint).toBeTruthy();
    },
  );
});
