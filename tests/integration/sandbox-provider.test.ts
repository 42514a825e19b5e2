import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectToDaytona } from "../../workspace/daytona-sandboxes";
import type { Sandboxes } from "../../workspace/sandboxes";
import type { SandboxRecords } from "../../workspace/worker-ports";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { MemorySandboxes } from "../workspace-model/memory-sandboxes";

let server: DaytonaServer;
let daytona: Sandboxes;

beforeAll(async () => {
  server = await startDaytonaServer({ key: "key-for-tests" });
  daytona = await connectToDaytona({ apiKey: server.key, apiUrl: server.url });
});

afterAll(async () => {
  await daytona.close();
  await server.close();
});

const providers: [string, () => SandboxRecords][] = [
  ["Daytona, by its SDK", () => daytona],
  ["the provider of the model", () => new MemorySandboxes()],
];

const request = () => {
  const id = randomUUID();
  return { name: `vaporform-${id}`, language: "typescript", labels: { test: id } } as const;
};

// What the workers rely on, and so what the schedules of the model may rely on.
describe.each(providers)("%s", (_, provider) => {
  it("finds what it made by its name and by its id", async () => {
    const sandboxes = provider();
    const { name, labels, language } = request();
    expect(await sandboxes.find(name)).toBeNull();
    const made = await sandboxes.create({ name, labels, language });
    expect(made).toMatchObject({ name, state: "started", labels, errorReason: null });
    expect(made.createdAt).toBeInstanceOf(Date);
    expect(await sandboxes.find(name)).toMatchObject({ id: made.id, name, state: "started" });
    expect(await sandboxes.find(made.id)).toMatchObject({ id: made.id, name, state: "started" });
  });

  it("does not make a second one of the same name, and what it says is worth another look", async () => {
    const sandboxes = provider();
    const wanted = request();
    const made = await sandboxes.create(wanted);
    await expect(sandboxes.create(wanted)).rejects.toMatchObject({ reason: "daytona_unavailable" });
    expect(await sandboxes.list(wanted.labels)).toMatchObject([{ id: made.id }]);
  });

  it("makes one of two that are asked for at once", async () => {
    const sandboxes = provider();
    const wanted = request();
    const both = await Promise.allSettled([sandboxes.create(wanted), sandboxes.create(wanted)]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await sandboxes.list(wanted.labels)).toHaveLength(1);
  });

  it("lists those that carry all of the labels", async () => {
    const sandboxes = provider();
    const { name, labels, language } = request();
    await sandboxes.create({ name, language, labels: { ...labels, other: "1" } });
    expect(await sandboxes.list({ ...labels, other: "1" })).toMatchObject([{ name }]);
    expect(await sandboxes.list({ ...labels, other: "2" })).toEqual([]);
  });

  it("stops and starts, and takes a second start and refuses a second stop", async () => {
    const sandboxes = provider();
    const { id } = await sandboxes.create(request());
    await sandboxes.stop(id);
    expect(await sandboxes.find(id)).toMatchObject({ state: "stopped" });
    await expect(sandboxes.stop(id)).rejects.toMatchObject({ reason: "daytona_rejected" });
    await sandboxes.start(id);
    await sandboxes.start(id);
    expect(await sandboxes.find(id)).toMatchObject({ state: "started" });
  });

  it("frees the name at once when it deletes, and does not mind one that is gone", async () => {
    const sandboxes = provider();
    const wanted = request();
    const { id } = await sandboxes.create(wanted);
    await sandboxes.delete(id);
    expect(await sandboxes.find(wanted.name)).toBeNull();
    expect((await sandboxes.find(id))?.state ?? "destroyed").toMatch(/^destroy/);
    await sandboxes.delete(randomUUID());
    expect((await sandboxes.create(wanted)).id).not.toBe(id);
  });
});
