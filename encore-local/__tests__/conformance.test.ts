import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
// The replay of recorded cases, as it came with them.
import { perform } from "./conformance/replay.mjs";
import { type RunningApp, runApp } from "./support/running-app";

interface Case {
  name: string;
  /** Milliseconds to let pass, in place of a request. */
  wait?: number;
  response: unknown;
}

const here = (file: string): string => fileURLToPath(new URL(`conformance/${file}`, import.meta.url));
const cases: Case[] = JSON.parse(readFileSync(here("cases.json"), "utf8"));
/** These depend on what came before them. */
const stateful = /^(calls\/data|data|jobs|misc)\//;

let app: RunningApp;
beforeAll(async () => {
  app = await runApp(here("app"), { secrets: here("secrets.cue") });
});
afterAll(async () => {
  await app.stop();
});

async function mismatches(list: Case[]): Promise<{ name: string; expected: unknown; got: unknown }[]> {
  const found = [];
  for (const { name, wait, response: expected, ...sent } of list) {
    if (wait !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      continue;
    }
    const got: unknown = await perform(app.url, sent);
    if (!sameJson(got, expected)) found.push({ name, expected, got });
  }
  return found;
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => [name, sorted(entry)]),
  );
}

/** A fixed shuffle, so that a failure comes again. */
function shuffled(list: Case[]): Case[] {
  let seed = 20260102;
  const keyed = list.map((entry) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return { entry, key: seed };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ entry }) => entry);
}

it("answers every recorded request as Encore's own runtime did", async () => {
  expect(await mismatches(cases)).toEqual([]);
}, 120_000);

it("answers those that depend on nothing in any order, several at once", async () => {
  const stateless = shuffled(cases.filter(({ name }) => !stateful.test(name)));
  const lanes = Array.from({ length: 8 }, (_, lane) => stateless.filter((_entry, index) => index % 8 === lane));
  const found = await Promise.all(lanes.map(mismatches));
  expect(found.flat()).toEqual([]);
}, 120_000);
