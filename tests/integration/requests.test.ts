import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startVaporform, type Vaporform } from "../support/vaporform";

let server: Vaporform;

beforeAll(async () => {
  server = await startVaporform({ env: { VAPORFORM_REQUESTS_PER_MINUTE: "60" } });
});
afterAll(async () => {
  await server.stop();
});

interface Sent {
  as: string;
  method?: string;
  body?: object;
  headers?: Record<string, string>;
}

async function send(path: string, { as, method = "GET", body, headers = {} }: Sent) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer dev:${as}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

const createProject = (as: string, name: string, key?: string) =>
  send("/projects", {
    as,
    method: "POST",
    body: { name },
    ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
  });

describe("an Idempotency-Key", () => {
  it("makes the same request again give the first one's answer", async () => {
    const first = await createProject("ida", "once", "k1");
    expect(first.status).toBe(200);
    expect(await createProject("ida", "once", "k1")).toEqual(first);
    expect((await send("/projects", { as: "ida" })).body.items).toHaveLength(1);
  });

  it("lets one of several requests at once create, and gives the others its answer or the time to wait", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => createProject("ivo", "together", "k2")));
    const ids = answers.filter(({ status }) => status === 200).map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(1);
    for (const { body } of answers.filter(({ status }) => status !== 200)) {
      expect(body).toMatchObject({
        code: "aborted",
        details: { reason: "idempotency_key_in_use", retryAfterSeconds: 1 },
      });
    }
    expect((await send("/projects", { as: "ivo" })).body.items).toHaveLength(1);
  });

  it("is refused with another request", async () => {
    await createProject("ina", "this", "k3");
    expect((await createProject("ina", "that", "k3")).body).toMatchObject({
      code: "invalid_argument",
      details: { reason: "idempotency_key_reused" },
    });
  });

  it("is each user's own", async () => {
    const [mine, theirs] = [await createProject("ira", "same", "k4"), await createProject("ian", "same", "k4")];
    expect(mine.status).toBe(200);
    expect(theirs.status).toBe(200);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it("may be used again when the creation failed", async () => {
    await createProject("iris", "taken");
    expect((await createProject("iris", "taken", "k5")).status).toBe(409);
    const { items } = (await send("/projects", { as: "iris" })).body;
    await send(`/projects/${items[0].id}`, { as: "iris", method: "PATCH", body: { name: "moved" } });
    expect((await createProject("iris", "taken", "k5")).status).toBe(200);
  });

  it("must not be longer than a key is", async () => {
    expect((await createProject("ivy", "long", "k".repeat(256))).body.details.reason).toBe("invalid_request");
  });
});

describe("the audit", () => {
  it("tells a user who did what, when and from where, and how it ended", async () => {
    const { body: project } = await createProject("ada", "audited");
    await send(`/projects/${project.id}`, {
      as: "ada",
      method: "PATCH",
      body: { name: "" },
      headers: { "x-forwarded-for": "10.9.9.9, 203.0.113.7", "user-agent": "a browser" },
    });
    const { items } = (await send("/audit", { as: "ada" })).body;
    expect(items).toMatchObject([
      {
        action: "projects.changeProject",
        method: "PATCH",
        path: `/projects/${project.id}`,
        projectId: project.id,
        address: "203.0.113.7",
        userAgent: "a browser",
        outcome: "invalid_argument",
      },
      { action: "projects.createProject", method: "POST", subjectId: project.id, address: null, outcome: "ok" },
    ]);
  });

  it("does not note what only reads", async () => {
    await send("/projects", { as: "ann" });
    expect((await send("/audit", { as: "ann" })).body.items).toEqual([]);
  });

  it("notes how an act on raw bytes ended", async () => {
    const { body: project } = await createProject("abe", "raw");
    const file = `/vfs/files/${project.id}/a.txt`;
    await send(file, { as: "abe", method: "PUT", body: {} });
    await send(file, { as: "abe", method: "PUT", body: {}, headers: { "if-match": '"0"' } });
    const { items } = (await send(`/audit?projectId=${project.id}`, { as: "abe" })).body;
    expect(items).toMatchObject([{ outcome: "http_412" }, { outcome: "ok", path: file }]);
  });

  it("is given by page", async () => {
    for (const name of ["a", "b", "c"]) await createProject("amy", name);
    const first = (await send("/audit?limit=2", { as: "amy" })).body;
    const rest = (await send(`/audit?limit=2&cursor=${first.nextCursor}`, { as: "amy" })).body;
    expect(first.items).toHaveLength(2);
    expect(rest.items).toHaveLength(1);
    expect(rest.nextCursor).toBeUndefined();
  });

  it("shows nobody the acts of others", async () => {
    const { body: project } = await createProject("alf", "private");
    expect((await send(`/audit?projectId=${project.id}`, { as: "eve" })).body.items).toEqual([]);
  });
});

describe("the limit on requests", () => {
  it("refuses who asks too much, says when to come back, and lets others pass", async () => {
    const answers = await Promise.all(Array.from({ length: 70 }, () => send("/projects", { as: "lou" })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(refused[0]?.body).toMatchObject({
      code: "resource_exhausted",
      details: { reason: "too_many_requests", retryable: true },
    });
    expect(refused[0]?.body.details.retryAfterSeconds).toBeGreaterThan(0);
    expect((await send("/projects", { as: "lea" })).status).toBe(200);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
