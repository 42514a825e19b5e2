import { describe, expect, it } from "vitest";
import { call, type ErrorBody, emptyProject, send } from "./client";

describe("files", () => {
  it("come back byte for byte as they were put", async () => {
    const projectId = await emptyProject();
    const bytes = new Uint8Array(300_000).map((_, i) => (i * 7) % 256);
    const put = await send("PUT", `/vfs/files/${projectId}/a%20folder/%C3%A9.bin`, { body: bytes });
    expect(put.ok).toBe(true);
    const got = await send("GET", `/vfs/files/${projectId}/a%20folder/%C3%A9.bin`);
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
    const metadata = await call<{ path: string; size: number }>(
      "GET",
      `/vfs/metadata/${projectId}/a%20folder/%C3%A9.bin`,
    );
    expect(metadata.body).toMatchObject({ path: "a folder/é.bin", size: bytes.length });
  });

  it("are written as JSON and deleted", async () => {
    const projectId = await emptyProject();
    const body = { projectId, path: "src/index.ts", content: "export {};\n" };
    expect((await call("POST", "/vfs/files", { body })).status).toBe(200);
    expect(await (await send("GET", `/vfs/files/${projectId}/src/index.ts`)).text()).toBe(body.content);
    expect((await send("DELETE", `/vfs/files/${projectId}/src/index.ts`)).ok).toBe(true);
    const gone = await send("GET", `/vfs/files/${projectId}/src/index.ts`);
    expect(gone.status).toBe(404);
    expect(((await gone.json()) as ErrorBody).details?.hint).toBeTruthy();
  });

  it.each(["../x", "a/../../x", "/etc/passwd", "a//b", "a/./b", "a\u0000b", "x".repeat(1025)])(
    "are refused at the path %j",
    async (path) => {
      const body = { projectId: await emptyProject(), path, content: "" };
      expect((await call<ErrorBody>("POST", "/vfs/files", { body })).body.code).toBe("invalid_argument");
    },
  );

  it("of another user are not there", async () => {
    const projectId = await emptyProject();
    await call("POST", "/vfs/files", { body: { projectId, path: "a.txt", content: "mine" } });
    const token = "dev:somebody-else";
    const read = await call<ErrorBody>("GET", `/vfs/files/${projectId}/a.txt`, { token });
    expect(read.body).toMatchObject({ code: "not_found", details: { reason: "project_not_found" } });
    const write = await call<ErrorBody>("POST", "/vfs/files", {
      body: { projectId, path: "a.txt", content: "theirs" },
      token,
    });
    expect(write.body).toMatchObject({ code: "not_found", details: { reason: "project_not_found" } });
  });
});
