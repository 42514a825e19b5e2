import { readFileSync } from "node:fs";
import { SandboxDesiredState, SandboxState } from "@daytona/api-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewSandbox, SandboxRecord } from "../registry";
import { type DaytonaServer, startDaytonaServer } from "../server";

interface ApiCase {
  name: string;
  request: { method: string; path: string; headers?: Record<string, string>; body?: unknown };
  response: { status: number; body?: unknown };
}

/** What Daytona's own API server answered; `$like` and `<...>` stand for what varies. */
const cases: ApiCase[] = JSON.parse(readFileSync(new URL("conformance/api.json", import.meta.url), "utf8"));

/** Cases of these groups are about a sandbox that is in that state. */
const GIVEN: Record<string, SandboxState> = {
  creating: SandboxState.CREATING,
  started: SandboxState.STARTED,
  stopping: SandboxState.STOPPING,
  stopped: SandboxState.STOPPED,
  starting: SandboxState.STARTING,
  destroying: SandboxState.DESTROYING,
  error: SandboxState.ERROR,
  archived: SandboxState.ARCHIVED,
  build: SandboxState.BUILDING_SNAPSHOT,
  destroyed: SandboxState.DESTROYED,
  ephemeral: SandboxState.STARTED,
};

/** And so are these, of groups that are about something else. */
const GIVEN_ONE: Record<string, SandboxState> = {
  "build/start-failed": SandboxState.BUILD_FAILED,
  "proxy/toolbox-stopped": SandboxState.STOPPED,
  "proxy/toolbox-archived": SandboxState.ARCHIVED,
};

let server: DaytonaServer;
beforeAll(async () => {
  server = await startDaytonaServer({ key: "key-of-the-replay" });
});
afterAll(async () => {
  await server.close();
});

/** What the product reads of a record; a case may say more. */
const READ = [
  "state",
  "desiredState",
  "labels",
  "env",
  "public",
  "autoStopInterval",
  "autoArchiveInterval",
  "autoDeleteInterval",
];

describe("the API", () => {
  it.each(cases)("answers $name as Daytona's own did", async ({ name, request, response }) => {
    const fill = filler(subject(name, { path: request.path, answer: response.body }));
    const path = fill(request.path);
    const headers = request.headers ?? { authorization: "Bearer <key>", "content-type": "application/json" };
    const answer = await fetch(server.url.replace(/\/api$/, "") + path, {
      method: request.method,
      headers: Object.fromEntries(
        Object.entries(headers).flatMap(([header, value]) => (header === "host" ? [] : [[header, fill(value)]])),
      ),
      ...(request.body === undefined ? {} : { body: fill(bodyText(request.body)) }),
    });
    expect(answer.status).toBe(response.status);
    const text = await answer.text();
    if (typeof response.body !== "object" || response.body === null) {
      if (String(response.body).startsWith("<!doctype")) expect(text).toMatch(/^<!doctype html>/);
      return;
    }
    expect(JSON.parse(text)).toMatchObject(expected(response.body as Record<string, unknown>, { fill, path }));
  });
});

/** One sandbox that all stateless cases share, as `create/full` makes it; else one of its own, in the state. */
function subject(name: string, { path, answer }: { path: string; answer: unknown }): SandboxRecord | undefined {
  const group = name.split("/")[0] ?? "";
  if (name.startsWith("list/by-")) {
    for (const n of ["l1", "l2", "l3"]) server.registry.create({ name: n, labels: { n, group: "list" } });
  }
  const state = GIVEN_ONE[name] ?? GIVEN[group];
  if (state === undefined) return server.registry.find("conformance-one");
  const isNamed = name === "error/create-same-name" || path.endsWith("/broken");
  // What had been set before, in the recording.
  const { labels, autoStopInterval, autoDeleteInterval } = Object(answer) as NewSandbox;
  const record = server.registry.create({
    name: isNamed ? "broken" : `${name} ${Math.random()}`,
    ...(labels ? { labels } : {}),
    ...(autoStopInterval ? { autoStopInterval } : {}),
    ...(autoDeleteInterval === undefined ? {} : { autoDeleteInterval }),
  });
  if (record === undefined) return server.registry.find("broken");
  if (group.startsWith("stop")) server.registry.setDesired(record, SandboxDesiredState.STOPPED);
  if (state === SandboxState.DESTROYED) server.registry.delete(record);
  else if (state === SandboxState.DESTROYING) enterDestroying(record);
  else server.registry.setState(record, state, state === "error" ? "no space left" : undefined);
  return record;
}

/** As long as the test looks. */
function enterDestroying(record: SandboxRecord): void {
  server.registry.setDesired(record, SandboxDesiredState.DESTROYED);
  server.registry.setState(record, SandboxState.DESTROYING);
}

function filler(record: SandboxRecord | undefined): (text: string) => string {
  const id = record?.sandbox.id ?? "00000000-0000-4000-8000-00000000dead";
  return (text) =>
    text
      .replace(/<(id(-[\w-]+)?)>/g, id)
      .replaceAll("<uuid>", "00000000-0000-4000-8000-00000000beef")
      .replaceAll("<key>", server.key)
      .replaceAll("<wrong-key>", `dtn_${"0".repeat(64)}`)
      .replace(/<base64 of [^>]*>+/g, "eDp5");
}

function bodyText(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

interface Filling {
  fill: (text: string) => string;
  path: string;
}

/** What stands in angle brackets varies: any text will do. */
function expected({ $like, $without: _without, ...body }: Record<string, unknown>, { fill, path }: Filling): object {
  const own = Object.entries(body).flatMap(([field, value]) => {
    if (/-?sandbox|list-item/.test(String($like)) && !READ.includes(field)) return [];
    if (field === "items" && Array.isArray(value)) {
      return [[field, value.map((item: Record<string, unknown>) => expected(item, { fill, path }))] as const];
    }
    if (typeof value !== "string") return [[field, value] as const];
    const filled = fill(value);
    return [[field, /<[^>]*>/.test(filled) ? expect.any(String) : filled] as const];
  });
  return { ...Object.fromEntries(own), ...($like === "error" ? { path } : {}) };
}
