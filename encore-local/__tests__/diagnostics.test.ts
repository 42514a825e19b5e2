import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { formatDiagnostics } from "../src/model/format-diagnostics";
import { readApp } from "../src/model/read-app";

let scratch: string | undefined;

afterEach(async () => {
  if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
});

const SERVICE = (name: string) =>
  `import { Service } from "encore.dev/service";\nexport default new Service("${name}");\n`;

/** Reads an app that consists of the files, beside a service `svc`. */
async function diagnose(files: Record<string, string>) {
  scratch = await mkdtemp(path.join(tmpdir(), "encore-local-diagnostics-"));
  const all = { "encore.app": '{ "lang": "typescript" }', "svc/encore.service.ts": SERVICE("svc"), ...files };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(path.join(scratch, path.dirname(file)), { recursive: true });
    await writeFile(path.join(scratch, file), text);
  }
  return { root: scratch, ...readApp(scratch) };
}

const API = 'import { api, Header, Query } from "encore.dev/api";\n';
/** One endpoint whose request and response types stand in the source. */
const endpoint = (request: string, response = "void", options = '{ expose: true, method: "POST", path: "/a" }') =>
  `${API}export const a = api(${options}, async (p: ${request}): Promise<${response}> => { throw p; });\n`;

describe("Encore's parser rejects, and so does check,", () => {
  it.each([
    [
      "options through a variable",
      `${API}const o = { path: "/a" };\nexport const a = api(o, async () => {});`,
      "E1001",
      3,
      22,
    ],
    [
      "a path through a variable",
      `${API}const p = "/a";\nexport const a = api({ path: p }, async () => {});`,
      "E1002",
      3,
      30,
    ],
    ["a path as a template", `${API}export const a = api({ path: \`/a\` }, async () => {});`, "E1002", 2, 30],
    [
      "a secret inside a function",
      'import { secret } from "encore.dev/config";\nexport function f() { const s = secret("S"); return s; }',
      "E1101",
      2,
      33,
    ],
    [
      "a secret with a computed name",
      'import { secret } from "encore.dev/config";\nconst n = "S";\nexport const s = secret(n);',
      "E1002",
      3,
      25,
    ],
    ["a secret bound to nothing", 'import { secret } from "encore.dev/config";\nsecret("S");', "E1102", 2, 1],
    ["an array as a request", endpoint("string[]"), "E1201"],
    ["an array as a response", endpoint("{ x: string }", "string[]"), "E1201"],
    ["a union at the top", endpoint("{ a: string } | { b: string }"), "E1201"],
    ["z.infer", `import { z } from "zod";\nconst s = z.object({});\n${endpoint("z.infer<typeof s>")}`, "E1202"],
    ["a tuple", endpoint("{ x: [string, number] }"), "E1202"],
    ["a Map", endpoint("{ x: Map<string, string> }"), "E1202"],
    ["a Buffer", endpoint("{ x: Buffer }"), "E1202"],
    [
      "a template literal type",
      `${API}interface P { x: \`a\${string}\` }\nexport const a = api({}, async (p: P) => { throw p; });`,
      "E1202",
    ],
    [
      "a type from a list of values",
      `const LIST = ["a"] as const;\n${endpoint("{ x: (typeof LIST)[number] }")}`,
      "E1202",
    ],
    ["a class as a type", `class C { x = 1; }\n${endpoint("{ c: C }")}`, "E1202"],
    ["a type that is nowhere", endpoint("{ x: NoSuchType }"), "E1203"],
    [
      "a nested object in the query",
      endpoint("{ x: { y: string } }", "void", '{ method: "GET", path: "/a" }'),
      "E1204",
    ],
    ["a path parameter that the request lacks", endpoint("{ x: string }", "void", '{ path: "/a/:id" }'), "E1302"],
    ["a path parameter of an object type", endpoint("{ id: { x: string } }", "void", '{ path: "/a/:id" }'), "E1205"],
    ["a path that does not begin with a slash", endpoint("{ x: string }", "void", '{ path: "a" }'), "E1301"],
    ["a wildcard in the middle", endpoint("{ x: string }", "void", '{ path: "/*x/b" }'), "E1301"],
    ["an unknown method", endpoint("{ x: string }", "void", '{ method: "FETCH", path: "/a" }'), "E1304"],
    [
      "two paths that differ in a parameter's name only",
      `${API}export const a = api({ path: "/a/:x" }, async (p: { x: string }) => { throw p; });\nexport const b = api({ path: "/a/:y" }, async (p: { y: string }) => { throw p; });`,
      "E1303",
    ],
    ["an endpoint without a handler", `${API}export const a = api({});`, "E1005"],
    ["an endpoint bound to nothing", `${API}api({}, async () => {});`, "E1102"],
    [
      "'..' in migrations",
      'import { SQLDatabase } from "encore.dev/storage/sqldb";\nexport const db = new SQLDatabase("d", { migrations: "../m" });',
      "E1403",
    ],
    [
      "'..' in a static folder",
      `${API}export const s = api.static({ expose: true, path: "/s/*path", dir: "../public" });`,
      "E1403",
    ],
    [
      "two databases of one name",
      'import { SQLDatabase } from "encore.dev/storage/sqldb";\nexport const a = new SQLDatabase("d");\nexport const b = new SQLDatabase("d");',
      "E1103",
    ],
    [
      "a subscription of something that is no topic",
      'import { Subscription } from "encore.dev/pubsub";\nconst t = {};\nexport const s = new Subscription(t, "s", { handler: async () => {} });',
      "E1503",
    ],
    [
      "an interval that is no number of minutes",
      `${API}import { CronJob } from "encore.dev/cron";\nexport const e = api({}, async () => {});\nexport const c = new CronJob("c", { title: "c", every: "90s", endpoint: e });`,
      "E1502",
    ],
    ["a syntax error", "export const = 1;", "E1601"],
  ])("%s", async (_, source, code, line?: number, column?: number) => {
    const { diagnostics, root } = await diagnose({ "svc/a.ts": source });
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    const [first] = diagnostics;
    if (line !== undefined) expect(first?.location).toEqual({ file: "svc/a.ts", line, column });
    expect(first?.remedy).not.toBe("");
    expect(formatDiagnostics(diagnostics, root)).toContain(
      `svc/a.ts:${first?.location.line}:${first?.location.column} ${first?.code}`,
    );
  });

  it("a service within another", async () => {
    const { diagnostics } = await diagnose({ "svc/inner/encore.service.ts": SERVICE("inner") });
    expect(diagnostics).toMatchObject([{ code: "E1402", location: { file: "svc/inner/encore.service.ts" } }]);
  });

  it("two services of one name", async () => {
    const { diagnostics } = await diagnose({ "other/encore.service.ts": SERVICE("svc") });
    expect(diagnostics.map(({ code }) => code)).toEqual(["E1103"]);
  });

  it("everything at once", async () => {
    const { diagnostics } = await diagnose({
      "svc/a.ts": endpoint("string[]"),
      "svc/b.ts": endpoint("{ x: [string] }", "void", '{ path: "/b" }'),
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["E1201", "E1202", "E1103"]);
  });
});

describe("what this runtime lacks", () => {
  it.each([
    ["Bucket", "encore.dev/storage/objects"],
    ["CacheCluster", "encore.dev/storage/cache"],
    ["Counter", "encore.dev/metrics"],
  ])("%s is named with its place", async (name, module) => {
    const { diagnostics } = await diagnose({
      "svc/a.ts": `import { ${name} } from "${module}";\nexport const x = new ${name}("x", {});\n`,
    });
    expect(diagnostics).toMatchObject([
      { code: "E1901", message: expect.stringContaining(name), location: { line: 2, column: 18 } },
    ]);
  });
});

describe("Encore's parser accepts, and so does check,", () => {
  it.each([
    [
      "Pick, Omit and Partial",
      `interface X { a: string; b: number }\n${endpoint("Pick<X, 'a'> & Partial<Omit<X, 'a'>>")}`,
    ],
    [
      "generics",
      `interface Page<T> { items: T[]; next?: string }\n${endpoint("{ x: string }", "Page<{ id: string }>")}`,
    ],
    ["extends", `interface A { a: string }\ninterface B extends A { b: string }\n${endpoint("B")}`],
    ["a type that contains itself", `interface Tree { children: Tree[] }\n${endpoint("Tree")}`],
    ["unknown, any and records", endpoint("{ a: unknown; b: any; c: Record<string, unknown> }")],
    ["enums and unions of literals", `enum E { A = "a" }\n${endpoint('{ e: E; u: "x" | "y" | null }')}`],
    ["headers and queries beside a body", endpoint('{ h: Header<"X-H">; q?: Query<number>; body: { deep: string } }')],
    [
      "a fixed path beside a parameter",
      `${API}export const a = api({ path: "/a/:x" }, async (p: { x: string }) => { throw p; });\nexport const b = api({ path: "/a/fixed" }, async () => {});`,
    ],
    [
      "a path deeper beside a wildcard",
      `${API}export const a = api({ path: "/a/*x" }, async (p: { x: string }) => { throw p; });\nexport const b = api({ path: "/a/b/c" }, async () => {});`,
    ],
    ["a handler passed by name", `${API}async function handler() {}\nexport const a = api({}, handler);`],
    ["an endpoint that is not exported", `${API}const a = api({}, async () => {});\nvoid a;`],
    [
      "an aliased import",
      'import { api as endpoint } from "encore.dev/api";\nexport const a = endpoint({}, async () => {});',
    ],
    [
      "a number worked out from literals",
      `${API}export const a = api({ bodyLimit: 4 * 1024 * 1024 }, async () => {});`,
    ],
  ])("%s", async (_, source) => {
    expect((await diagnose({ "svc/a.ts": source })).diagnostics).toEqual([]);
  });
});
