import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Answer, exposedEndpoints, prepareRequest, sendPrepared, vaporformModel } from "../support/endpoints";
import { AUDIENCE, startIssuer, type TestIssuer } from "../support/issuer";
import { startVaporform, type Vaporform } from "../support/vaporform";

// Derived from the app's own model: an endpoint that is added is tried here without a word.

const model = vaporformModel();
const endpoints = exposedEndpoints(model).map((endpoint) => ({
  name: `${endpoint.service}.${endpoint.name}`,
  endpoint,
}));

let server: Vaporform;
/** Ids of things that are Alice's. */
let owned: Record<string, string>;

beforeAll(async () => {
  server = await startVaporform();
  const project = await alices("POST", "/projects", { name: "private" });
  await alices("POST", "/vfs/files", { projectId: project.id, path: "README.md", content: "hers" });
  const started = await alices("POST", "/github/import", { repository: "octo/hello", projectId: project.id });
  owned = z
    .record(z.string(), z.uuid())
    .parse({ projectId: project.id, workspaceId: project.workspaceId, importId: started.id });
});
afterAll(async () => {
  await server.stop();
});

async function alices(method: string, path: string, body: object) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: "Bearer dev:alice", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
  return made.parse(await response.json());
}

const made = z.looseObject({ id: z.uuid().optional(), workspaceId: z.uuid().optional() });

/** Values that get a request past the checks of its form, to the question whose thing it is. */
const PLAUSIBLE = {
  path: "README.md",
  repository: "octo/hello",
  from: "README.md",
  to: "b.md",
  version: 1,
  port: 3000,
  // A thing within a workspace, which is asked about first.
  processId: "p1",
};

/** Stand in the request for the ids that it has. */
const placeholders = { projectId: "<projectId>", workspaceId: "<workspaceId>", importId: "<importId>" };

type Listed = (typeof endpoints)[number];
const withIds = endpoints.filter(({ endpoint }) => endpoint.auth && idsIn(endpoint).length > 0);

function idsIn(endpoint: Listed["endpoint"]): string[] {
  const request = JSON.stringify(prepareRequest(endpoint, { model, values: { ...placeholders, ...PLAUSIBLE } }));
  return Object.keys(placeholders).filter(
    (name) => request.includes(`<${name}>`) || request.includes(encodeURIComponent(`<${name}>`)),
  );
}

interface Observed extends Answer {
  log: object[];
}

/** What the caller is told, and what the log keeps, with ids and what differs each time left out. */
async function observe({ endpoint }: Listed, ids: Record<string, string>): Promise<Observed> {
  const before = server.lines.length;
  const request = prepareRequest(endpoint, { model, values: { ...PLAUSIBLE, ...ids } });
  const { status, body } = await sendPrepared(server.url, request, "Bearer dev:eve");
  const lines = await untilCompleted(before, endpoint.name);
  return { status, body: withoutIds(body), log: lines.map((line) => JSON.parse(withoutIds(line), dropVarying)) };
}

async function untilCompleted(from: number, endpoint: string): Promise<string[]> {
  for (;;) {
    const lines = server.lines.slice(from).filter((line) => line.includes(`"endpoint":"${endpoint}"`));
    if (lines.some((line) => line.includes('"message":"request completed"'))) return lines;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const withoutIds = (text: string): string => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>");
const VARYING = new Set(["time", "duration", "span_id", "trace_id", "parent_span_id"]);
const dropVarying = (key: string, value: unknown): unknown => (VARYING.has(key) ? undefined : value);

describe("a stranger", () => {
  it.each(withIds)("learns from $name no more of Alice's things than of missing ones", async (listed) => {
    const missing = Object.fromEntries(Object.keys(owned).map((name) => [name, randomUUID()]));
    const ofMissing = await observe(listed, missing);
    const ofAlices = await observe(listed, owned);
    expect(ofAlices).toEqual(ofMissing);
    // The request got as far as the question whose thing it is. A list by project is empty.
    if (ofAlices.status === 101) {
      const { messages } = z.object({ messages: z.array(z.string()) }).parse(JSON.parse(ofAlices.body));
      expect(messages.map((text) => JSON.parse(text))).toMatchObject([{ error: { code: "not_found" } }]);
    } else if (ofAlices.status === 200) expect(JSON.parse(ofAlices.body)).toEqual({ items: [] });
    else expect(JSON.parse(ofAlices.body)).toMatchObject({ code: "not_found" });
  });

  it("is tried on every kind of thing that has an owner", () => {
    const tried = new Set(withIds.flatMap(({ endpoint }) => idsIn(endpoint)));
    expect(tried).toEqual(new Set(Object.keys(owned)));
    const unknown = endpoints.flatMap(({ endpoint }) =>
      endpoint.path.flatMap((part) =>
        part.kind === "param" && part.name.endsWith("Id") && !tried.has(part.name) && !(part.name in PLAUSIBLE)
          ? [part.name]
          : [],
      ),
    );
    expect(unknown, "ids in paths that nothing of Alice's stands for").toEqual([]);
  });

  it("finds nothing of Alice's in any list", async () => {
    for (const { endpoint } of endpoints.filter((listed) => listed.endpoint.auth && !withIds.includes(listed))) {
      const request = prepareRequest(endpoint, { model, values: { ...PLAUSIBLE, name: "eves" } });
      const { body } = await sendPrepared(server.url, request, "Bearer dev:eve");
      for (const id of Object.values(owned)) expect(body).not.toContain(id);
    }
  });

  it("left Alice's things as they were", async () => {
    const file = await fetch(`${server.url}/vfs/files/${owned.projectId}/README.md`, {
      headers: { authorization: "Bearer dev:alice" },
    });
    expect(await file.text()).toBe("hers");
    expect(
      (await fetch(`${server.url}/workspace/${owned.workspaceId}`, { headers: { authorization: "Bearer dev:alice" } }))
        .ok,
    ).toBe(true);
  });
});

describe("nobody", () => {
  it.each(endpoints.filter(({ endpoint }) => endpoint.auth))("gets past $name", async ({ endpoint }) => {
    const request = prepareRequest(endpoint, { model, values: { ...PLAUSIBLE, ...owned } });
    for (const token of [null, "", "Bearer ", "Bearer x", "Basic YWxpY2U6eA==", "dev:alice"]) {
      const { status, body } = await sendPrepared(server.url, request, token);
      expect(status).toBe(401);
      expect(JSON.parse(body)).toMatchObject({ code: "unauthenticated" });
    }
  });

  it("is let in only where the design says so", () => {
    expect(endpoints.filter(({ endpoint }) => !endpoint.auth).map(({ name }) => name)).toEqual([
      "auth.healthz",
      "auth.readyz",
    ]);
  });
});

describe("a token that something is wrong with", () => {
  let issuer: TestIssuer;
  let guarded: Vaporform;

  beforeAll(async () => {
    issuer = await startIssuer();
    guarded = await startVaporform({ secrets: { AuthIssuer: issuer.url, AuthAudience: AUDIENCE } });
  });
  afterAll(async () => {
    await guarded.stop();
    await issuer.stop();
  });

  it("opens no endpoint and no stream, and every one of them says no more than that", async () => {
    const bad = await issuer.badTokens();
    for (const { name, endpoint } of endpoints.filter((listed) => listed.endpoint.auth)) {
      const request = prepareRequest(endpoint, { model, values: { ...PLAUSIBLE, ...owned } });
      for (const [what, token] of Object.entries(bad)) {
        const { status, body } = await sendPrepared(guarded.url, request, `Bearer ${token}`);
        expect(status, `${name}, with a token that ${what}`).toBe(401);
        expect(JSON.parse(body)).toMatchObject({
          code: "unauthenticated",
          details: { reason: "credentials_rejected" },
        });
        expect(body).not.toContain(token);
      }
    }
  });

  it("is told apart from a good one", async () => {
    const headers = { authorization: `Bearer ${await issuer.token()}` };
    expect((await fetch(`${guarded.url}/projects`, { headers })).status).toBe(200);
  });
});
