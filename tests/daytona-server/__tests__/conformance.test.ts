import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DaytonaServer, startDaytonaServer } from "../server";
// The replay of recorded cases, as it came with them.
import { open, perform } from "./conformance/replay.mjs";

interface ToolboxCase {
  name: string;
  /** Milliseconds to let pass, in place of a request. */
  wait?: number;
  request: unknown;
  response: unknown;
}

const cases: ToolboxCase[] = JSON.parse(readFileSync(new URL("conformance/toolbox.json", import.meta.url), "utf8"));

let server: DaytonaServer;
beforeAll(async () => {
  server = await startDaytonaServer({ key: "key-of-the-replay" });
});
afterAll(async () => {
  await server.close();
});

describe("the toolbox", () => {
  it(`answers ${cases.length} requests as Daytona's own did`, async () => {
    const id = server.registry.create({ name: "replay" })?.sandbox.id;
    const base = `${server.registry.toolboxUrl}/${id}`;
    const headers = { authorization: `Bearer ${server.key}` };
    const context = await open(base, headers);
    const mismatches = [];
    // One after another: they depend on what came before them.
    for (const { name, wait, request, response } of cases) {
      if (wait !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        continue;
      }
      const got: unknown = await perform(base, headers, context, request);
      if (JSON.stringify(got) !== JSON.stringify(response)) mismatches.push({ name, expected: response, got });
    }
    expect(mismatches).toEqual([]);
  });
});
