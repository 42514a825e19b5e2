import { describe, expect, it } from "vitest";
import { baseUrl, call, type ErrorBody } from "./client";

describe("the health check", () => {
  it("answers without credentials", async () => {
    expect((await call("GET", "/healthz", { token: null })).body).toEqual({ status: "ok" });
  });
});

describe("every other endpoint", () => {
  const id = "00000000-0000-4000-8000-000000000000";
  it.each([
    ["GET", "/projects"],
    ["POST", "/projects"],
    ["GET", `/projects/${id}`],
    ["POST", "/github/import"],
    ["GET", "/github/imports"],
    ["GET", `/github/imports/${id}`],
    ["POST", "/vfs/files"],
    ["GET", `/vfs/files/${id}/a.txt`],
    ["PUT", `/vfs/files/${id}/a.txt`],
    ["GET", `/vfs/directories/${id}`],
    ["POST", "/workspace/create"],
    ["GET", `/workspace/${id}`],
    ["POST", `/workspace/${id}/exec`],
    ["GET", "/workspace/diagnostics"],
  ])("refuses %s %s without credentials", async (method, path) => {
    const answer = await call<ErrorBody>(method, path, { token: null });
    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe("unauthenticated");
  });

  it("refuses a token that is none of the accepted kinds", async () => {
    const answer = await call<ErrorBody>("GET", "/projects", { token: "nonsense" });
    expect(answer.status).toBe(401);
  });
});

describe("a browser frontend", () => {
  it("may send its headers and read the answers' from another origin", async () => {
    const preflight = await fetch(`${baseUrl}/projects`, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,if-match",
      },
    });
    expect(preflight.ok).toBe(true);
    expect(preflight.headers.get("access-control-allow-origin")).not.toBeNull();
    const allowed = preflight.headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
    for (const header of ["authorization", "content-type", "if-match"]) expect(allowed).toContain(header);
    const answer = await fetch(`${baseUrl}/healthz`, { headers: { origin: "http://localhost:5173" } });
    expect(answer.headers.get("access-control-expose-headers")?.toLowerCase()).toContain("etag");
  });
});
