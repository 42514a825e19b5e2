import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Api } from "../../demo/api";
import { exposedEndpoints, prepareRequest, sendPrepared, vaporformModel } from "../support/endpoints";
import { startVaporform, type Vaporform } from "../support/vaporform";

// Every endpoint and stream of the app's own model: what changes something is noted in the audit, and what only reads is not.

const model = vaporformModel();
const TOKEN = "dev:actor";
const ME = `Bearer ${TOKEN}`;
/** In every field of every request that has room for it. */
const MARK = `payload${randomBytes(6).toString("hex")}`;
const listed = exposedEndpoints(model)
  .filter(({ auth }) => auth)
  .map((endpoint) => ({ name: `${endpoint.service}.${endpoint.name}`, endpoint }));
const acting = listed.filter(({ endpoint }) => acts(endpoint));
const reading = listed.filter(({ endpoint }) => !acts(endpoint));

function acts({ methods, kind, tags }: (typeof listed)[number]["endpoint"]): boolean {
  if (tags.includes("acts")) return true;
  return !kind.startsWith("stream") && !methods.every((method) => ["GET", "HEAD"].includes(method));
}

let server: Vaporform;
let values: Record<string, unknown>;

beforeAll(async () => {
  server = await startVaporform();
  const api = new Api(server.url, TOKEN);
  const project = await api.call<{ id: string; workspaceId: string }>("POST", "/projects", { name: "acted on" });
  const started = await api.call<{ id: string }>("POST", "/github/import", {
    repository: "octo/hello",
    projectId: project.id,
  });
  await api.call("POST", "/vfs/files", { projectId: project.id, path: "README.md", content: "x" });
  values = {
    projectId: project.id,
    workspaceId: project.workspaceId,
    importId: started.id,
    repository: "octo/hello",
    path: "README.md",
    processId: "p1",
    command: MARK,
    content: MARK,
    code: MARK,
    description: MARK,
    name: MARK,
    query: MARK,
    token: MARK,
  };
});
afterAll(async () => {
  await server.stop();
});

const auditPage = z.object({
  items: z.array(z.looseObject({ id: z.number(), action: z.string(), outcome: z.string().nullable() })),
});

async function entries() {
  const response = await fetch(`${server.url}/audit?limit=200`, { headers: { authorization: ME } });
  return auditPage.parse(await response.json()).items;
}

/** What was noted of one request, once it has ended. */
async function notedOf({ endpoint }: (typeof listed)[number]) {
  const [last] = await entries();
  await sendPrepared(server.url, prepareRequest(endpoint, { model, values }), ME);
  for (;;) {
    const noted = (await entries()).filter(({ id }) => id > (last?.id ?? 0));
    if (noted.every(({ outcome }) => outcome !== null)) return noted;
  }
}

// Deleting comes last, so that there is something to act on before.
const inTurn = acting.toSorted((a, b) => order(a) - order(b));

function order({ endpoint }: (typeof listed)[number]): number {
  if (!endpoint.methods.includes("DELETE")) return 0;
  return endpoint.name === "removeProject" ? 2 : 1;
}

describe("reading", () => {
  it.each(reading)("by $name is not noted", async (endpoint) => {
    expect(await notedOf(endpoint)).toEqual([]);
  });
});

describe("acting", () => {
  it.each(inTurn)("by $name is noted once, with no payload", async (endpoint) => {
    const noted = await notedOf(endpoint);
    expect(noted).toMatchObject([{ action: endpoint.name, outcome: expect.any(String) }]);
    expect(JSON.stringify(noted)).not.toContain(MARK);
  });

  it("is seen by who acted, and by nobody else", async () => {
    expect((await entries()).length).toBeGreaterThanOrEqual(acting.length);
    const others = await fetch(`${server.url}/audit`, { headers: { authorization: "Bearer dev:another" } });
    expect(await others.json()).toEqual({ items: [] });
  });
});
