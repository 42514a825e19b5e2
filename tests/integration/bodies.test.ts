import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { exposedEndpoints, prepareRequest, vaporformModel } from "../support/endpoints";
import { startVaporform, type Vaporform } from "../support/vaporform";

// What a body must not set, and how long it may be.

const model = vaporformModel();
let server: Vaporform;

beforeAll(async () => {
  server = await startVaporform();
});
afterAll(async () => {
  await server.stop();
});

const answered = z.looseObject({ id: z.string(), workspaceId: z.string().optional() });

async function send(method: string, path: string, { as, body }: { as: string; body?: object }) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer dev:${as}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const ID = "11111111-1111-4111-8111-111111111111";
const TIME = "2001-02-03T04:05:06.000Z";
/** What is the backend's to say. */
const FOREIGN = {
  id: ID,
  ownerId: "victim",
  owner_id: "victim",
  userId: "victim",
  userID: "victim",
  auth: { userID: "victim" },
  status: "succeeded",
  sandboxId: ID,
  daytonaSandboxId: ID,
  daytona_sandbox_id: ID,
  mode: "daytona",
  wanted: "deleted",
  commitId: "0".repeat(40),
  finishedAt: TIME,
  createdAt: TIME,
  deletedAt: TIME,
};

describe("what is not a caller's to set has no effect", () => {
  const expectUntouched = (body: unknown): void => {
    const text = JSON.stringify(body);
    for (const value of ["victim", ID, TIME, "0".repeat(40)]) expect(text).not.toContain(value);
  };

  it("in a project, its workspace and its import, nor in a change of them", async () => {
    const made = await send("POST", "/projects", { as: "maker", body: { name: "mine", ...FOREIGN } });
    expect(made.status).toBe(200);
    const { id, workspaceId } = answered.parse(made.body);
    const changed = await send("PATCH", `/projects/${id}`, { as: "maker", body: { description: "d", ...FOREIGN } });
    const started = await send("POST", "/github/import", {
      as: "maker",
      body: { repository: "octo/hello", projectId: undefined, ...FOREIGN },
    });
    expect([changed.status, started.status]).toEqual([200, 200]);
    const created = await send("POST", "/workspace/create", { as: "maker", body: { ...FOREIGN, projectId: id } });
    const workspace = await send("GET", `/workspace/${workspaceId}`, { as: "maker" });
    expect(workspace.body).toMatchObject({ mode: "development", daytonaSandboxId: null, status: "running" });
    for (const { body } of [made, changed, started, created, workspace]) expectUntouched(body);
    expect((await send("GET", "/projects", { as: "victim" })).body).toEqual({ items: [] });
    expect((await send("GET", "/github/imports", { as: "victim" })).body).toEqual({ items: [] });
  });
});

describe("a body that is too long", () => {
  const bodies = exposedEndpoints(model)
    .filter(({ kind, methods }) => !kind.startsWith("stream") && methods.some((method) => !/^(GET|HEAD)$/.test(method)))
    .map((endpoint) => ({ name: `${endpoint.service}.${endpoint.name}`, endpoint }));
  /** More than any body may have, and more than is taken of one that may be long before it is refused. */
  const TOO_LONG = 3 * 1024 ** 3;
  const PATIENCE = 300 * 1024 ** 2;

  it.each(bodies)("is not read to its end by $name", async ({ endpoint }) => {
    const project = answered.parse(
      (await send("POST", "/projects", { as: "sender", body: { name: endpoint.name } })).body,
    );
    const { method, target } = prepareRequest(endpoint, {
      model,
      values: { projectId: project.id, workspaceId: project.workspaceId, importId: ID, path: "a", processId: "p" },
    });
    const { answer, sent } = await upload(method, target);
    expect(sent).toBeLessThan(PATIENCE);
    expect(Number(answer)).toBeLessThan(500);
  });

  /** Sends as much as is taken, until there is an answer or the connection ends. */
  async function upload(method: string, target: string): Promise<{ answer: string; sent: number }> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let text = "";
    let sent = 0;
    socket.on("error", () => undefined);
    socket.write(
      `${method} ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev:sender\r\nContent-Length: ${TOO_LONG}\r\n\r\n`,
    );
    const piece = Buffer.alloc(1024 * 1024, " ");
    await new Promise<void>((resolve) => {
      socket.on("data", (data) => {
        text += data.toString();
        resolve();
      });
      socket.on("close", () => resolve());
      const more = (): void => {
        while (sent < PATIENCE && text === "" && socket.writable) {
          sent += piece.length;
          if (!socket.write(piece)) return void socket.once("drain", more);
        }
        if (sent >= PATIENCE) resolve();
      };
      more();
    });
    socket.destroy();
    return { answer: /^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? "none", sent };
  }
});
