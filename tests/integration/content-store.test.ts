import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { read, STORES, type StoreUnderTest, stream } from "../support/content-stores";

describe.each(Object.entries(STORES))("contents in %s", (_, open) => {
  let under: StoreUnderTest;

  beforeAll(async () => {
    under = await open();
  });

  afterAll(() => under.close());

  async function stored(data: Buffer, how: "putMany" | "put" = "putMany"): Promise<string> {
    const id = randomUUID();
    await under.prepare(id);
    if (how === "putMany") await under.store.putMany([{ id, name: "a", data }]);
    else expect(await under.store.put({ id, name: "a", data: stream(data, 3) })).toBe(data.length);
    await under.confirm(id, data.length);
    return id;
  }

  describe.each(["putMany", "put"] as const)("written by %s", (how) => {
    it.each([0, 1, 3, 4, 5, 8, 9, 100])("come back whole with %i bytes", async (length) => {
      const data = randomBytes(length);
      const id = await stored(data, how);
      expect((await read(under.store, id)).equals(data)).toBe(true);
      expect((await under.store.readMany([id])).get(id)?.equals(data)).toBe(true);
    });
  });

  it.each([
    [0, 0],
    [0, 4],
    [3, 5],
    [4, 8],
    [5, 6],
    [0, 10],
    [9, 10],
    [10, 10],
    [4, 99],
    [8, 2],
    [50, 60],
  ])("give the bytes from %i to %i", async (start, end) => {
    const data = randomBytes(10);
    const id = await stored(data);
    expect((await read(under.store, id, { start, end })).equals(data.subarray(start, end))).toBe(true);
  });

  it("give any range of a content of any size", async () => {
    const data = randomBytes(13);
    const id = await stored(data, "put");
    for (let start = 0; start <= 13; start++) {
      for (let end = start; end <= 13; end++) {
        expect(await read(under.store, id, { start, end })).toEqual(data.subarray(start, end));
      }
    }
  });

  it("are stored and read many at a time", async () => {
    const contents = Array.from({ length: 50 }, (_, i) => ({ id: randomUUID(), name: `f${i}`, data: randomBytes(i) }));
    for (const { id } of contents) await under.prepare(id);
    await under.store.putMany(contents);
    for (const { id, data } of contents) await under.confirm(id, data.length);
    const found = await under.store.readMany(contents.map(({ id }) => id));
    for (const { id, data } of contents) expect(found.get(id)?.equals(data)).toBe(true);
  });

  it("that are not there are named as missing", async () => {
    await expect(read(under.store, randomUUID())).rejects.toMatchObject({ reason: "content_missing" });
    await expect(under.store.readMany([randomUUID()])).rejects.toMatchObject({ reason: "content_missing" });
  });

  it("may be deleted, also when they are not there", async () => {
    const [id, other] = [await stored(randomBytes(10)), await stored(randomBytes(10))];
    await under.store.delete([id, randomUUID()]);
    await expect(read(under.store, id)).rejects.toMatchObject({
      reason: expect.stringMatching(/^content_(missing|corrupted)$/),
    });
    expect(await read(under.store, other)).toHaveLength(10);
    await under.store.delete([]);
  });

  it("do not leave a content that looks whole when its source breaks", async () => {
    const id = randomUUID();
    await under.prepare(id);
    async function* breaking(): AsyncGenerator<Buffer> {
      yield randomBytes(9);
      throw new Error("the source broke");
    }
    await expect(under.store.put({ id, name: "a", data: breaking() })).rejects.toThrow("the source broke");
    await expect(read(under.store, id)).rejects.toMatchObject({ reason: "content_missing" });
    await under.store.delete([id]);
  });

  it.each<[string, (id: string) => Promise<void>, string]>([
    ["a missing chunk at the beginning", (id) => under.deleteChunk(id, 0), "chunk 0 is missing"],
    ["a missing chunk in the middle", (id) => under.deleteChunk(id, 1), "chunk 1 is missing"],
    ["a missing last chunk", (id) => under.deleteChunk(id, 2), "chunk 2 is missing"],
    [
      "a chunk in the middle that is too short",
      (id) => under.setChunk(id, 1, Buffer.from("xy")),
      "chunk 1 has 2 bytes in place of 4",
    ],
    [
      "a last chunk that is too long",
      (id) => under.setChunk(id, 2, Buffer.from("xy")),
      "chunk 2 has 2 bytes in place of 1",
    ],
    ["an empty chunk", (id) => under.setChunk(id, 1, Buffer.alloc(0)), "chunk 1 has 0 bytes in place of 4"],
    ["an extra chunk", (id) => under.addChunk(id, 3, Buffer.from("x")), "chunk 3 is one too many"],
  ])("name %s", async (_, damage, message) => {
    const id = await stored(Buffer.from("123456789"));
    await damage(id);
    const named = { reason: "content_corrupted", message: expect.stringContaining(message) };
    await expect(read(under.store, id)).rejects.toMatchObject(named);
    await expect(under.store.readMany([id])).rejects.toMatchObject(named);
  });
});
