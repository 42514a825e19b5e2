import { describe, expect, it } from "vitest";
import { API, diagnose, endpoint, expectDiagnostic, SERVICE } from "./support/diagnose";

const HANDLER = "async () => {}";

describe("Encore's parser refuses, and so does check,", () => {
  it.each([
    ["options through a variable", `${API}const o = { path: "/a" };\nexport const a = api(▶o, ${HANDLER});`, "E1001"],
    ["options with an assertion", `${API}export const a = api(▶{ path: "/a" } as const, ${HANDLER});`, "E1001"],
    ["a spread in options", `${API}const o = {};\nexport const a = api({ ▶...o, path: "/a" }, ${HANDLER});`, "E1001"],
    ["an option without its value", `${API}const path = "/a";\nexport const a = api({ ▶path }, ${HANDLER});`, "E1001"],
    ["an option that there is not", `${API}export const a = api({ ▶paths: "/a" }, ${HANDLER});`, "E1004"],
    ["an option twice", `${API}export const a = api({ path: "/a", ▶path: "/b" }, ${HANDLER});`, "E1004"],
    ["a path through a variable", `${API}const p = "/a";\nexport const a = api({ path: ▶p }, ${HANDLER});`, "E1002"],
    ["a path as a template", `${API}export const a = api({ path: ▶\`/a\` }, ${HANDLER});`, "E1002"],
    ["a path as a sum", `${API}export const a = api({ path: ▶"/a" + "/b" }, ${HANDLER});`, "E1002"],
    ["a word that is no boolean", `${API}export const a = api({ expose: ▶"yes" }, ${HANDLER});`, "E1003"],
    ["a limit that is no whole number", `${API}export const a = api({ bodyLimit: ▶1.5 }, ${HANDLER});`, "E1003"],
    ["a limit below zero", `${API}export const a = api({ bodyLimit: ▶-1 }, ${HANDLER});`, "E1003"],
    ["tags that are no list", `${API}export const a = api({ tags: ▶"x" }, ${HANDLER});`, "E1003"],
    ["an endpoint without options", `${API}export const a = ▶api();`, "E1005"],
    ["an endpoint without a handler", `${API}export const a = ▶api({});`, "E1005"],
    ["an endpoint bound to nothing", `${API}▶api({}, ${HANDLER});`, "E1102"],
    ["an endpoint bound to a pattern", `${API}export const { a } = ▶api({}, ${HANDLER});`, "E1102"],
    [
      "an endpoint inside a function",
      `${API}export function f() { const a = ▶api({}, ${HANDLER}); return a; }`,
      "E1101",
    ],
    ["an unknown method", `${API}export const a = api({ method: ▶"FETCH" }, ${HANDLER});`, "E1304"],
    ["a method in small letters", `${API}export const a = api({ method: ▶"get" }, ${HANDLER});`, "E1304"],
    ["a method that is no text", `${API}export const a = api({ method: ▶1 }, ${HANDLER});`, "E1304"],
    ["'*' among other methods", `${API}export const a = api({ method: ▶["*", "GET"] }, ${HANDLER});`, "E1304"],
    ["a path without a slash", `${API}export const a = api({ path: ▶"a" }, ${HANDLER});`, "E1301"],
    ["an empty path", `${API}export const a = api({ path: ▶"" }, ${HANDLER});`, "E1301"],
    ["an empty segment", `${API}export const a = api({ path: ▶"/a//b" }, ${HANDLER});`, "E1301"],
    ["a path with a query", `${API}export const a = api({ path: ▶"/a?b" }, ${HANDLER});`, "E1301"],
    ["a path with a fragment", `${API}export const a = api({ path: ▶"/a#b" }, ${HANDLER});`, "E1301"],
    ["a parameter without a name", `${API}export const a = api({ path: ▶"/a/:" }, ${HANDLER});`, "E1301"],
    ["a wildcard in the middle", endpoint("{ x: string }", "void", '{ path: ▶"/*x/b" }'), "E1301"],
    ["a fallback in the middle", endpoint("{ x: string }", "void", '{ path: ▶"/!x/b" }'), "E1301"],
    ["a path parameter that the request lacks", endpoint("{ x: string }", "void", '{ path: ▶"/a/:id" }'), "E1302"],
    ["a path parameter without a request", `${API}export const a = api({ path: ▶"/a/:id" }, ${HANDLER});`, "E1302"],
    ["a path parameter of an object", endpoint("{ id: { x: string } }", "void", '{ path: ▶"/a/:id" }'), "E1205"],
    ["a path parameter of a union", endpoint('{ id: "a" | "b" }', "void", '{ path: ▶"/a/:id" }'), "E1205"],
    [
      "two paths that differ in a parameter's name only",
      `${API}export const a = api({ path: "/a/:x" }, async (p: { x: string }) => { throw p; });\nexport const b = ▶api({ path: "/a/:y" }, async (p: { y: string }) => { throw p; });`,
      "E1303",
    ],
    [
      "a nested object in the query",
      `${API}export const a = api({ method: "GET", path: "/a" }, async (p: { ▶x: { y: string } }): Promise<void> => { throw p; });`,
      "E1204",
    ],
    [
      "a record in the query",
      `${API}export const a = api({ path: "/a" }, async (p: { ▶x: Query<Record<string, string>> }): Promise<void> => { throw p; });`,
      "E1204",
    ],
    [
      "an object in the query, in a field that a utility type has made",
      `${API}export const a = ▶api({ method: "GET", path: "/a" }, async (p: Record<"x", { y: string }>): Promise<void> => { throw p; });`,
      "E1204",
    ],
    [
      "two statuses in a response",
      `${API}export const a = api({}, async (): Promise<{ s: HttpStatus; ▶t: HttpStatus }> => { throw 1; });`,
      "E1208",
    ],
    [
      "a handler with type parameters",
      `${API}export const a = api({}, ▶async <T>(p: { x: T }) => { throw p; });`,
      "E1202",
    ],
    ["a stream without its types", `${API}export const a = ▶api.streamOut({}, async (s) => { throw s; });`, "E1305"],
    [
      "a stream with a handshake and no type for it",
      `${API}export const a = ▶api.streamOut<{ x: string }>({}, async (h, s) => { throw [h, s]; });`,
      "E1305",
    ],
    [
      "more types than a stream has",
      `${API}export const a = ▶api.streamInOut<{ x: string }, { y: string }, { z: string }>({}, async (s) => { throw s; });`,
      "E1305",
    ],
    ["'..' in a static folder", `${API}export const s = api.static({ path: "/s/*p", dir: ▶"../public" });`, "E1403"],
    [
      "a static folder that is not there",
      `${API}export const s = api.static({ path: "/s/*p", dir: ▶"./no" });`,
      "E1404",
    ],
    [
      "a static folder that is a file",
      `${API}export const s = api.static({ path: "/s/*p", dir: ▶"./a.ts" });`,
      "E1404",
    ],
    ["files without a folder", `${API}export const s = ▶api.static({ path: "/s/*p" });`, "E1005"],
    [
      "a page for missing files that is not there",
      `${API}export const s = api.static({ path: "/s/*p", dir: ".", notFound: ▶"no" });`,
      "E1404",
    ],
    ["two parts of a path that vary", `${API}export const s = api.static({ path: ▶"/:a/*p", dir: "." });`, "E1301"],
    ["a part after one that varies", `${API}export const s = api.static({ path: ▶"/:a/b", dir: "." });`, "E1301"],
    [
      "a header of files that is no text",
      `${API}export const s = api.static({ path: "/s/*p", dir: ".", headers: { a: ▶1 } });`,
      "E1003",
    ],
    ["a gateway without options", `${API}export const g = ▶new Gateway();`, "E1005"],
    ["an option that a gateway has not", `${API}export const g = new Gateway({ ▶name: "g" });`, "E1004"],
    ["a gateway of no auth handler", `${API}const h = 1;\nexport const g = new Gateway({ authHandler: ▶h });`, "E1503"],
    ["a second gateway", `${API}export const g = new Gateway({});\nexport const h = ▶new Gateway({});`, "E1103"],
    ["a syntax error", "export const a = ▶;", "E1601"],
  ])("%s", async (_, source, code) => {
    await expectDiagnostic(code, source);
  });

  const AUTH = 'import { Header } from "encore.dev/api";\nimport { authHandler } from "encore.dev/auth";\n';
  it.each([
    [
      "a parameter that is no header, query or cookie",
      `${AUTH}export const h = authHandler(async (p: ▶{ token: string }): Promise<{ userID: string }> => { throw p; });`,
      "E1207",
    ],
    ["an auth handler without types", `${AUTH}export const h = ▶authHandler(async (p) => { throw p; });`, "E1005"],
    [
      "an auth handler bound to nothing",
      `${AUTH}▶authHandler(async (p: { a: Header }): Promise<{ userID: string }> => { throw p; });`,
      "E1102",
    ],
    [
      "a second auth handler",
      `${AUTH}const f = async () => ({ userID: "" });\nexport const h = authHandler<{ a: Header }, { userID: string }>(f);\nexport const i = ▶authHandler<{ a: Header }, { userID: string }>(f);`,
      "E1103",
    ],
  ])("%s", async (_, source, code) => {
    await expectDiagnostic(code, source);
  });
});

describe("Encore's parser refuses of services", () => {
  it("one within another", async () => {
    const { diagnostics } = await diagnose({ "svc/inner/encore.service.ts": SERVICE("inner") });
    expect(diagnostics).toMatchObject([{ code: "E1402", location: { file: "svc/inner/encore.service.ts", line: 2 } }]);
  });

  it("two of one name", async () => {
    const { diagnostics } = await diagnose({ "other/encore.service.ts": SERVICE("svc") });
    expect(diagnostics.map(({ code }) => code)).toEqual(["E1103"]);
  });

  const IMPORT = 'import { Service } from "encore.dev/service";\n';
  it.each([
    ["one that is bound to a variable", `${IMPORT}const s = new Service("other");\n▶export default s;`, "E1405"],
    ["a name through a variable", `${IMPORT}const n = "other";\nexport default new Service(▶n);`, "E1002"],
    ["one without a name", `${IMPORT}export default ▶new Service();`, "E1005"],
    ["an option that there is not", `${IMPORT}export default new Service("other", { ▶name: 1 });`, "E1004"],
    ["a file that defines none", "▶export const nothing = 1;", "E1405"],
  ])("%s", async (_, source, code) => {
    await expectDiagnostic(code, source, { file: "other/encore.service.ts" });
  });

  it("one outside an encore.service.ts", async () => {
    await expectDiagnostic("E1401", `${IMPORT}export default ▶new Service("other");`, { file: "other/a.ts" });
  });
});

it("everything is told at once", async () => {
  const { diagnostics, printed } = await diagnose({
    "svc/a.ts": endpoint("string[]"),
    "svc/b.ts": endpoint("{ x: [string] }", "void", '{ path: "/b" }'),
  });
  expect(diagnostics.map(({ code }) => code)).toEqual(["E1201", "E1202", "E1103"]);
  expect(printed).toContain("3 errors");
});

describe("Encore's parser accepts, and so does check,", () => {
  it.each([
    [
      "a fixed path beside a parameter",
      `${API}export const a = api({ path: "/a/:x" }, async (p: { x: string }) => { throw p; });\nexport const b = api({ path: "/a/fixed" }, ${HANDLER});`,
    ],
    [
      "a path deeper beside a wildcard",
      `${API}export const a = api({ path: "/a/*x" }, async (p: { x: string }) => { throw p; });\nexport const b = api({ path: "/a/b/c" }, ${HANDLER});`,
    ],
    ["a fallback without a name in a raw endpoint", `${API}export const a = api.raw({ path: "/!" }, async () => {});`],
    [
      "one path by two methods",
      `${API}export const a = api({ method: "GET", path: "/a" }, ${HANDLER});\nexport const b = api({ method: "POST", path: "/a" }, ${HANDLER});`,
    ],
    ["a handler passed by name", `${API}async function handler() {}\nexport const a = api({}, handler);`],
    [
      "types between angle brackets",
      `${API}export const a = api<{ x: string }, { y: string }>({}, async (p) => { throw p; });`,
    ],
    ["a response that is not declared", `${API}export const a = api({}, async () => ({ y: 1 }));`],
    ["an endpoint that is not exported", `${API}const a = api({}, ${HANDLER});\nvoid a;`],
    [
      "an aliased import",
      `import { api as endpoint } from "encore.dev/api";\nexport const a = endpoint({}, ${HANDLER});`,
    ],
    ["a number worked out from literals", `${API}export const a = api({ bodyLimit: 4 * 1024 * 1024 }, ${HANDLER});`],
    ["no limit at all", `${API}export const a = api.raw({ path: "/a", bodyLimit: null }, async () => {});`],
    ["methods in a list", `${API}export const a = api({ method: ["GET", "POST"], path: "/a" }, ${HANDLER});`],
    ["a raw endpoint's path parameter", `${API}export const a = api.raw({ path: "/a/:id" }, async () => {});`],
    ["lists of lists in the query", endpoint("{ x: string[][] }", "void", '{ method: "GET", path: "/a" }')],
    ["a header of any type", endpoint('{ h: Header<{ x: string }, "X-H"> }')],
    [
      "an endpoint behind a function",
      `${API}const wrap = <T>(x: T): T => x;\nexport const a = wrap(api({}, ${HANDLER}));`,
    ],
    [
      "a stream's answer by its annotation",
      `${API}export const a = api.streamIn<{ x: string }>({}, async (s): Promise<{ y: string }> => { throw s; });`,
    ],
    ["a gateway without an auth handler", `${API}export const g = new Gateway({});`],
    ["a quoted option", `${API}export const a = api({ "path": "/a" }, ${HANDLER});`],
  ])("%s", async (_, source) => {
    expect((await diagnose({ "svc/a.ts": source })).diagnostics).toEqual([]);
  });
});
