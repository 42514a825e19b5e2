import { createHash } from "node:crypto";
import net from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { baseUrl, call, type ErrorBody, emptyProject, send } from "./client";

// The raw endpoints as RFC 9110 has them: conditions, ranges, and what an answer says of itself.

const etagOf = (text: string) => `"${createHash("sha256").update(text).digest("hex")}"`;

let projectId: string;
let file: string;

beforeAll(async () => {
  projectId = await emptyProject();
  file = `/vfs/files/${projectId}/ten.txt`;
  await send("PUT", file, { body: "0123456789" });
});

describe("reading a file", () => {
  it("names its content by a hash, and spares who has it", async () => {
    const got = await send("GET", file);
    expect(got.headers.get("etag")).toBe(etagOf("0123456789"));
    const again = await send("GET", file, { headers: { "if-none-match": `"other", ${etagOf("0123456789")}` } });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etagOf("0123456789")]);
    expect((await send("GET", file, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    expect((await send("GET", file, { headers: { "if-match": '"other"' } })).status).toBe(412);
  });

  it("tells everything but the bytes to HEAD, which knows no ranges", async () => {
    const head = await send("HEAD", file, { headers: { range: "bytes=0-1" } });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
    expect(head.headers.get("etag")).toBe(etagOf("0123456789"));
    expect(head.headers.get("accept-ranges")).toBe("bytes");
  });

  it.each([
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-2", "89", "bytes 8-9/10"],
    ["bytes=-99", "0123456789", "bytes 0-9/10"],
    ["bytes=5-99", "56789", "bytes 5-9/10"],
  ])("gives the part %s", async (range, text, contentRange) => {
    const part = await send("GET", file, { headers: { range } });
    expect([part.status, await part.text()]).toEqual([206, text]);
    expect(part.headers.get("content-range")).toBe(contentRange);
    expect(part.headers.get("content-length")).toBe(String(text.length));
  });

  it.each(["bytes=10-", "bytes=99-100", "bytes=-0"])("refuses the part %s, and says how long it is", async (range) => {
    const refused = await send("GET", file, { headers: { range } });
    expect([refused.status, refused.headers.get("content-range")]).toEqual([416, "bytes */10"]);
    expect(((await refused.json()) as ErrorBody).details?.reason).toBe("range_not_satisfiable");
  });

  it("gives the whole for several ranges, for other units, and when the file is not the one meant", async () => {
    const asks: Record<string, string>[] = [
      { range: "bytes=0-1,4-5" },
      { range: "lines=0-1" },
      { range: "bytes=0-1", "if-range": '"other"' },
      { range: "bytes=0-1", "if-range": "Tue, 24 Nov 2026 08:00:00 GMT" },
    ];
    for (const headers of asks) {
      const whole = await send("GET", file, { headers });
      expect([whole.status, await whole.text()]).toEqual([200, "0123456789"]);
    }
    const meant = await send("GET", file, { headers: { range: "bytes=0-1", "if-range": etagOf("0123456789") } });
    expect([meant.status, await meant.text()]).toEqual([206, "01"]);
  });

  it("knows the type by the name, else by the content, and lets no browser run it", async () => {
    const png = new Uint8Array(Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
    const cases: [string, string | Uint8Array<ArrayBuffer>, string][] = [
      ["page.html", "<script>", "text/html; charset=utf-8"],
      ["main.ts", "let a", "text/plain; charset=utf-8"],
      ["picture", png, "image/png"],
      ["LICENSE", "MIT", "text/plain; charset=utf-8"],
      ["data", new Uint8Array([0, 1, 2]), "application/octet-stream"],
    ];
    for (const [name, body, type] of cases) {
      await send("PUT", `/vfs/files/${projectId}/types/${name}`, { body });
      const got = await send("GET", `/vfs/files/${projectId}/types/${name}`);
      await got.arrayBuffer();
      expect([name, got.headers.get("content-type")]).toEqual([name, type]);
      expect(got.headers.get("x-content-type-options")).toBe("nosniff");
      expect(got.headers.get("content-security-policy")).toBe("sandbox");
    }
  });

  it("of an empty file and of a large one is byte for byte", async () => {
    const large = new Uint8Array(3_000_000).map((_, i) => (i * 31) % 251);
    for (const [name, bytes] of [
      ["empty", new Uint8Array(0)],
      ["large", large],
    ] as const) {
      await send("PUT", `/vfs/files/${projectId}/${name}`, { body: bytes });
      const got = Buffer.from(await (await send("GET", `/vfs/files/${projectId}/${name}`)).arrayBuffer());
      expect(got.equals(bytes)).toBe(true);
    }
    const part = await send("GET", `/vfs/files/${projectId}/large`, { headers: { range: "bytes=261100-1000000" } });
    expect(Buffer.from(await part.arrayBuffer()).equals(large.subarray(261_100, 1_000_001))).toBe(true);
  });

  it("of a folder says that it is one", async () => {
    const answer = await call<ErrorBody>("GET", `/vfs/files/${projectId}/types`);
    expect(answer.body.details?.reason).toBe("not_a_file");
  });
});

describe("writing a file", () => {
  it("answers 201 for a new one, 200 for one that was there", async () => {
    const at = `/vfs/files/${projectId}/new.txt`;
    const first = await send("PUT", at, { body: "1" });
    expect([first.status, first.headers.get("etag")]).toEqual([201, etagOf("1")]);
    const second = await send("PUT", `${at}?executable=true`, { body: "2" });
    expect([second.status, await second.json()]).toMatchObject([200, { version: 2, executable: true }]);
  });

  it("creates only, with If-None-Match: *", async () => {
    const at = `/vfs/files/${projectId}/once.txt`;
    const headers = { "if-none-match": "*" };
    expect((await send("PUT", at, { body: "mine", headers })).status).toBe(201);
    const refused = await send("PUT", at, { body: "theirs", headers });
    expect([refused.status, ((await refused.json()) as ErrorBody).details?.reason]).toEqual([412, "version_conflict"]);
    expect(await (await send("GET", at)).text()).toBe("mine");
  });

  it("replaces only what was read, with If-Match, and so does deleting", async () => {
    const at = `/vfs/files/${projectId}/match.txt`;
    await send("PUT", at, { body: "1" });
    const write = (body: string, etag: string) => send("PUT", at, { body, headers: { "if-match": etag } });
    expect((await write("2", etagOf("1"))).status).toBe(200);
    expect((await write("3", etagOf("1"))).status).toBe(412);
    expect((await write("3", `W/${etagOf("2")}`)).status).toBe(412);
    expect((await write("3", "unquoted")).status).toBe(400);
    expect((await send("DELETE", at, { headers: { "if-match": etagOf("1") } })).status).toBe(412);
    expect((await send("DELETE", at, { headers: { "if-match": etagOf("2") } })).status).toBe(204);
    expect((await write("4", "*")).status).toBe(412);
  });

  it("lets one of many win who replace the same version, and never mixes them", async () => {
    const at = `/vfs/files/${projectId}/race.bin`;
    await send("PUT", at, { body: "start" });
    const bodies = Array.from({ length: 8 }, (_, i) => new Uint8Array(400_000).fill(i));
    const outcomes = await Promise.all(
      bodies.map((body) => send("PUT", at, { body, headers: { "if-match": etagOf("start") } })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual([200, ...new Array(7).fill(412)]);
    const winner = outcomes.findIndex(({ status }) => status === 200);
    const content = new Uint8Array(await (await send("GET", at)).arrayBuffer());
    expect(Buffer.from(content).equals(bodies[winner] ?? new Uint8Array())).toBe(true);
  });

  it("keeps the old file when the body breaks off", async () => {
    const at = `/vfs/files/${projectId}/broken.bin`;
    await send("PUT", at, { body: "whole" });
    for (const sent of [1_000, 600_000]) await breakOff(at, { announced: 1_000_000, sent });
    const chunked = await send("GET", at);
    expect(await chunked.text()).toBe("whole");
    const metadata = await call<{ version: number }>("GET", `/vfs/metadata/${projectId}/broken.bin`);
    expect(metadata.body.version).toBe(1);
  });
});

/** Sends the beginning of an upload, and closes the connection. */
async function breakOff(path: string, { announced, sent }: { announced: number; sent: number }): Promise<void> {
  const { hostname, port } = new URL(baseUrl);
  const token = process.env.VAPORFORM_TOKEN ?? "dev:acceptance";
  const head = `PUT ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${announced}\r\n\r\n`;
  const socket = net.connect(Number(port || 80), hostname);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.write(head);
  await new Promise((resolve) => socket.write(Buffer.alloc(sent, "b"), resolve));
  socket.destroy();
  await closed;
}

describe("a path in a URL", () => {
  it("may be written with escapes, also of the slash", async () => {
    await send("PUT", `/vfs/files/${projectId}/esc/a%20%C3%A9%25.txt`, { body: "x" });
    const got = await call<{ path: string }>("GET", `/vfs/metadata/${projectId}/esc%2Fa%20%C3%A9%25.txt`);
    expect(got.body.path).toBe("esc/a é%.txt");
  });

  it.each([
    ["a%00b", "NUL"],
    ["a%0Ab", "control character U+000A"],
    ["a%2F..%2Fb", "'..'"],
    ["a//b", "empty segment"],
    ["a/", "empty segment"],
    ["%2Fa", "begins with '/'"],
    [`${"x".repeat(256)}`, "255 bytes"],
    [`${"long/".repeat(205)}x`, "1024 bytes"],
  ])("is refused, and the answer says why: %s", async (path, why) => {
    const answer = await call<ErrorBody>("PUT", `/vfs/files/${projectId}/${path}`, { body: "x" });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: "invalid_argument", message: expect.stringContaining(why) });
    expect(answer.body.details?.reason).toBe("invalid_path");
  });
});
