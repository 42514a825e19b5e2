import { Daytona } from "@daytonaio/sdk";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Fault } from "../faults";
import { type DaytonaServer, startDaytonaServer } from "../server";

let server: DaytonaServer;
let client: Daytona;
beforeAll(async () => {
  server = await startDaytonaServer({ key: "key-for-faults" });
  client = new Daytona({ apiKey: server.key, apiUrl: server.url, requestTimeoutMs: 2_000 });
});
afterEach(() => {
  server.faults.clear();
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await server.close();
});

const create = (name: string, timeout = 5) => client.create({ name }, { timeout });

describe("the fault script", () => {
  it.each<[string, Fault, string, boolean]>([
    ["a status", { kind: "status", status: 503, message: "later" }, "later", false],
    ["a status after the effect", { kind: "status", status: 500, effect: true }, "scripted 500", true],
    ["a web page", { kind: "html" }, "sandboxId was null or undefined", false],
    ["a reset before the effect", { kind: "reset" }, "socket hang up", false],
    ["a reset after the effect", { kind: "reset", effect: true }, "socket hang up", true],
    ["an answer that breaks off", { kind: "torn" }, "aborted", true],
  ])("makes a create end in %s", async (name, fault, message, made) => {
    server.faults.add("POST /api/sandbox", fault);
    await expect(create(name)).rejects.toThrow(message);
    expect(server.registry.find(name) !== undefined).toBe(made);
    expect(server.faults.left).toEqual({});
  });

  it.each([true, false])("leaves a create without an answer, with the effect: %s", async (effect) => {
    const name = `silent ${effect}`;
    server.faults.add("POST /api/sandbox", { kind: "silence", effect });
    await expect(create(name, 0.3)).rejects.toThrow("Operation timed out");
    expect(server.registry.find(name) !== undefined).toBe(effect);
  });

  it("befalls calls in turn, by pattern, and gives headers", async () => {
    server.faults.add(
      "GET /api/sandbox/:id",
      { kind: "pass" },
      { kind: "delay", ms: 1 },
      { kind: "status", status: 429, headers: { "Retry-After-Authenticated": "7" } },
    );
    const { id } = await create("in turn");
    await client.get(id);
    await expect(client.get(id)).rejects.toMatchObject({ headers: { "retry-after-authenticated": "7" } });
    await client.get(id);
  });

  it("is set over HTTP by who has the key", async () => {
    const control = `${server.url.replace("/api", "/control")}/faults`;
    const script = JSON.stringify({ "DELETE /api/sandbox/*": [{ kind: "reset" }] });
    expect((await fetch(control, { method: "PUT", body: script })).status).toBe(401);
    const headers = { authorization: `Bearer ${server.key}` };
    const answer = await fetch(control, { method: "PUT", body: script, headers });
    expect(await answer.json()).toEqual({ "DELETE /api/sandbox/*": [{ kind: "reset", effect: false }] });
    expect((await fetch(control, { method: "PUT", body: '{"x": 1}', headers })).status).toBe(400);
    await fetch(control, { method: "DELETE", headers });
    expect(server.faults.left).toEqual({});
  });
});
