import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Api } from "../../demo/api";
import { topFields } from "../../encore-local/src/endpoint/fields";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { exposedEndpoints, prepareRequest, sendPrepared, vaporformModel } from "../support/endpoints";
import { startVaporform, type Vaporform } from "../support/vaporform";

// Every list of the app's own model, with cursors that it gave out, that it may have given out, and that nobody gave out.

const model = vaporformModel();
const lists = exposedEndpoints(model)
  .filter(({ request }) => topFields(request, model.declarations).some(({ name }) => name === "cursor"))
  .map((endpoint) => ({ name: `${endpoint.service}.${endpoint.name}`, endpoint }));
const TOKEN = "dev:pager";
const ME = `Bearer ${TOKEN}`;
const RUNS = 200;
/** Those whose own cursors were tried. */
const paged = new Set<string>();

let github: GitHubServer;
let server: Vaporform;
/** What has the lists have something to list. */
let values: Record<string, unknown>;

beforeAll(async () => {
  github = await startGitHubServer({
    repositories: { "octo/hello": fileURLToPath(new URL("../acceptance/sample-repository", import.meta.url)) },
  });
  server = await startVaporform({ env: { GITHUB_API_URL: github.url } });
  const api = new Api(server.url, TOKEN);
  const project = await api.call<{ id: string; workspaceId: string }>("POST", "/projects", { name: "paged" });
  await api.call("POST", "/projects", { name: "another" });
  for (const path of ["a.txt", "a.txt", "b.txt", "c/d.txt"]) {
    await api.call("POST", "/vfs/files", {
      projectId: project.id,
      path,
      content: crypto.randomUUID(),
      overwrite: true,
    });
  }
  values = {
    projectId: project.id,
    workspaceId: project.workspaceId,
    path: "a.txt",
    repository: "octo/hello",
    name: "*",
  };
});
afterAll(async () => {
  await server.stop();
  await github.close();
});

const EXTREMES = [2 ** 31 - 1, 2 ** 31, -1, 0, 2 ** 53, -(2 ** 63), 1e308, 1.5, null, true, "", "\0", "a\0b", "\ud800"];
const encoded = (key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString("base64url");
const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, "0"));
const four = fc.integer({ min: 0, max: 9_999 }).map((n) => String(n).padStart(4, "0"));
const time = fc
  .tuple(
    four,
    two,
    two,
    two,
    two,
    two,
    fc.constantFrom("", ".1", ".123456", ".1234567"),
    fc.constantFrom("+00", "", "+99", "Z"),
  )
  .map(([y, mo, d, h, mi, s, fraction, zone]) => `${y}-${mo}-${d} ${h}:${mi}:${s}${fraction}${zone}`);
const part = fc.oneof(
  fc.constantFrom(...EXTREMES),
  time,
  fc.uuid(),
  fc.integer(),
  fc.double(),
  fc.string({ unit: "binary" }),
  fc.constant([]),
);
const cursors = fc.oneof(
  fc.array(part, { maxLength: 3 }).map((key) => encoded(key)),
  fc.tuple(time, fc.uuid()).map((key) => encoded(key)),
  fc.base64String(),
  fc.string().filter((text) => text !== ""),
);

const answered = z.looseObject({ code: z.string().optional(), nextCursor: z.string().optional() });

describe.each(lists)("$name", ({ endpoint }) => {
  const namesFile = endpoint.path.some((part) => part.kind !== "literal" && part.name === "path");
  /** The first page without a cursor. Folders are listed from the project's root. */
  const page = async (cursor: string | undefined, limit = 1) => {
    const { path, ...others } = values;
    const request = prepareRequest(endpoint, {
      model,
      values: { ...others, ...(namesFile && { path }), limit, ...(cursor !== undefined && { cursor }) },
    });
    const { status, body } = await sendPrepared(server.url, request, ME);
    return { status, body: answered.parse(JSON.parse(body)) };
  };

  it("gives no page of any length that is asked for", async () => {
    const [longest, longer] = await Promise.all([100, 100_001].map(async (limit) => await page(undefined, limit)));
    expect(longest?.status).toBe(200);
    expect(longer).toMatchObject({ status: 400, body: { details: { reason: "invalid_request" } } });
  });

  it("takes a cursor or refuses it, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(cursors, async (cursor) => {
        const { status, body } = await page(cursor);
        if (status === 200) return;
        expect({ status, body }).toMatchObject({
          status: 400,
          body: { code: "invalid_argument", details: { reason: "invalid_cursor" } },
        });
      }),
      { numRuns: RUNS, examples: EXTREMES.map((extreme) => [encoded([extreme])]) },
    );
  });

  it("takes the cursor that it gave out, and refuses it with any byte changed or answers", async () => {
    const { nextCursor } = (await page(undefined)).body;
    if (nextCursor === undefined) return;
    paged.add(endpoint.name);
    expect((await page(nextCursor)).status).toBe(200);
    const text = Buffer.from(nextCursor, "base64url");
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.nat(255), async (at, byte) => {
        const changed = Buffer.from(text);
        changed[at] = byte;
        expect([200, 400]).toContain((await page(changed.toString("base64url"))).status);
      }),
      { numRuns: RUNS / 2 },
    );
  });
});

it("the lists that have a second page here are of several kinds", () => {
  expect([...paged]).toEqual(
    expect.arrayContaining([
      "getAudit",
      "listOwnProjects",
      "listDirectory",
      "listFileVersions",
      "search",
      "checkProject",
    ]),
  );
});
