import { describe, expect, it } from "vitest";
import type { Field } from "../src/model/types";
import { API, diagnose, endpoint, expectDiagnostic } from "./support/diagnose";

const VALIDATE =
  'import type { IsEmail, MatchesRegexp, Max, MaxLen, Min, MinLen, StartsWith } from "encore.dev/validate";\n';

describe("Encore's parser refuses, and so does check,", () => {
  it.each([
    ["an array as a request", endpoint("▶string[]"), "E1201"],
    ["an array as a response", endpoint("{ x: string }", "▶string[]"), "E1201"],
    ["a union at the top", endpoint("▶{ a: string } | { b: string }"), "E1201"],
    ["a record at the top", endpoint("▶Record<string, string>"), "E1201"],
    ["any at the top", endpoint("▶any"), "E1201"],
    ["a text at the top", endpoint("{ x: string }", "▶string"), "E1201"],
    ["a tuple", endpoint("{ x: ▶[string, number] }"), "E1202"],
    ["a Map", endpoint("{ x: ▶Map<string, string> }"), "E1202"],
    ["a Set", endpoint("{ x: ▶Set<string> }"), "E1202"],
    ["a Buffer", endpoint("{ x: ▶Buffer }"), "E1202"],
    ["a template literal type", endpoint(`{ x: ▶\`a\${string}\` }`), "E1202"],
    [
      "a type from a list of values",
      `const LIST = ["a"] as const;\n${endpoint("{ x: (▶typeof LIST)[number] }")}`,
      "E1202",
    ],
    ["a class", `class C { x = 1; }\n${endpoint("{ c: ▶C }")}`, "E1202"],
    ["a function", endpoint("{ f: ▶() => void }"), "E1202"],
    ["a method", endpoint("{ ▶f(): void }"), "E1202"],
    ["a symbol", endpoint("{ s: ▶symbol }"), "E1202"],
    ["an object of any kind", endpoint("{ o: ▶object }"), "E1202"],
    ["a value that cannot be", endpoint("{ n: ▶never }"), "E1202"],
    ["a value that is nothing", endpoint("{ n: ▶undefined }"), "E1202"],
    ["void as a value", endpoint("{ n: ▶void }"), "E1202"],
    ["a list of nothing", endpoint("{ n: ▶void[] }"), "E1202"],
    ["a property without a type", endpoint("{ ▶x }"), "E1202"],
    ["a name that is a number", endpoint("{ ▶1: string }"), "E1202"],
    ["an index beside fields", endpoint("{ m: { ▶[key: string]: number; x: number } }"), "E1202"],
    ["a type from another module's import", endpoint('{ x: ▶import("./b").B }'), "E1202"],
    ["an implicit member of an enum after a text", `enum E { A = "a", ▶B }\n${endpoint("{ e: E }")}`, "E1202"],
    ["a member of an enum that is no whole number", `enum E { ▶A = 1.5 }\n${endpoint("{ e: E }")}`, "E1202"],
    ["a computed member of an enum", `const n = 1;\nenum E { ▶A = n }\n${endpoint("{ e: E }")}`, "E1202"],
    ["a type that is nowhere", endpoint("{ x: ▶NoSuchType }"), "E1203"],
    ["a list type that Encore does not know", endpoint("{ x: ▶ReadonlyArray<string> }"), "E1203"],
    ["a length of a number", VALIDATE + endpoint("{ n: ▶number & MinLen<1> }"), "E1206"],
    ["a bound of a text", VALIDATE + endpoint("{ s: ▶string & Min<1> }"), "E1206"],
    ["a pattern for a list", VALIDATE + endpoint('{ s: ▶string[] & MatchesRegexp<"a"> }'), "E1206"],
    ["a rule for a union", VALIDATE + endpoint('{ s: ▶("a" | "b") & MaxLen<1> }'), "E1206"],
    ["a rule on its own", VALIDATE + endpoint("{ s: ▶IsEmail }"), "E1206"],
    ["a rule beside a type in a union", VALIDATE + endpoint("{ s: ▶string | IsEmail }"), "E1206"],
    ["a bound that is no number", VALIDATE + endpoint('{ n: number & ▶Min<"1"> }'), "E1206"],
    ["a length below zero", VALIDATE + endpoint("{ s: string & ▶MaxLen<-1> }"), "E1206"],
    ["a prefix that is no text", VALIDATE + endpoint("{ s: string & ▶StartsWith<1> }"), "E1206"],
  ])("%s", async (_, source, code) => {
    await expectDiagnostic(code, source);
  });

  it("z.infer", async () => {
    const source = `import { z } from "zod";\nconst s = z.object({});\n${endpoint("▶z.infer<typeof s>")}`;
    const { message, remedy } = await expectDiagnostic("E1202", source);
    expect(`${message} ${remedy}`).toContain("interface");
  });
});

describe("Encore's parser lets pass, and check does not, as the app could not check a value with it,", () => {
  it.each([
    ["a pattern that has no end", VALIDATE + endpoint('{ s: string & MatchesRegexp<▶"a(b"> }'), "E1209"],
    ["a pattern that looks ahead", VALIDATE + endpoint('{ s: string & MatchesRegexp<▶"a(?=b)"> }'), "E1209"],
    ["a pattern that refers back", VALIDATE + endpoint('{ s: string & MatchesRegexp<▶"(a)\\\\1"> }'), "E1209"],
  ])("%s", async (_, source, code) => {
    await expectDiagnostic(code, source);
  });
});

/** The fields of the request of the one endpoint in the source. */
async function requestFields(source: string): Promise<Field[]> {
  const { model, diagnostics } = await diagnose({ "svc/a.ts": source });
  expect(diagnostics).toEqual([]);
  const schema = model.services[0]?.endpoints[0]?.request;
  const resolved = schema?.kind === "ref" ? model.declarations[schema.id]?.schema : schema;
  return resolved?.kind === "object" ? resolved.fields : [];
}

const names = async (source: string): Promise<string[]> =>
  (await requestFields(source)).map(({ name, optional }) => (optional ? `${name}?` : name));

const schemaOf = async (source: string): Promise<unknown> => (await requestFields(source))[0]?.schema;

describe("Encore's parser accepts, and so does check,", () => {
  const X = "interface X { a: string; b?: number; kind: string }\n";

  it.each([
    ["Pick", "Pick<X, 'a' | 'b'>", ["a", "b?"]],
    ["Omit", "Omit<X, 'kind'>", ["a", "b?"]],
    ["Partial", "Partial<X>", ["a?", "b?", "kind?"]],
    ["Required", "Required<X>", ["a", "b", "kind"]],
    ["several of them together", "Pick<X, 'a'> & Partial<Omit<X, 'a'>>", ["a", "b?", "kind?"]],
    ["a mapped type", "{ [K in keyof X]?: X[K] }", ["a?", "b?", "kind?"]],
    ["a mapped type that is never optional", "{ [K in keyof X]-?: X[K] }", ["a", "b", "kind"]],
    ["names left out by `as`", '{ [K in keyof X as K extends "kind" ? never : K]: X[K] }', ["a", "b?"]],
    ["names chosen by their types", "{ [K in keyof X as X[K] extends string ? K : never]: X[K] }", ["a", "kind"]],
    ["names and texts in common", "{ [K in keyof X & string]: X[K] }", ["a", "b?", "kind"]],
    ["Record of names", "Record<'p' | 'q', string>", ["p", "q"]],
    ["an intersection of objects", "{ x: string } & { y?: number }", ["x", "y?"]],
    ["a field that only one side may leave out", "{ x?: string } & { x: string }", ["x"]],
  ])("%s", async (_, type, expected) => {
    expect(await names(X + endpoint(type))).toEqual(expected);
  });

  it.each([
    ["an index of a type", 'X["a"]', { kind: "string" }],
    [
      "all of a type's values",
      '{ p: "a"; q: "b" }[keyof { p: 1; q: 2 }]',
      {
        kind: "union",
        types: [
          { kind: "literal", value: "a" },
          { kind: "literal", value: "b" },
        ],
      },
    ],
    ["Exclude", 'Exclude<"a" | "b", "a">', { kind: "literal", value: "b" }],
    ["Extract", 'Extract<"a" | 1, string>', { kind: "literal", value: "a" }],
    ["NonNullable", "NonNullable<string | null>", { kind: "string" }],
    ["a condition", 'X extends { a: string } ? "yes" : "no"', { kind: "literal", value: "yes" }],
    ["what a condition infers", "{ X: string[] } extends { X: (infer A)[] } ? A : never", { kind: "string" }],
    ["the type of a constant", "typeof limits.small", { kind: "literal", value: 1 }],
    [
      "the names of an enum",
      "keyof typeof E",
      {
        kind: "union",
        types: [
          { kind: "literal", value: "A" },
          { kind: "literal", value: "B" },
        ],
      },
    ],
    ["readonly lists", "readonly string[]", { kind: "array", element: { kind: "string" } }],
    ["bigint", "bigint", { kind: "decimal" }],
    ["a negative number", "-1", { kind: "literal", value: -1 }],
    ["a narrower type in an intersection", 'string & "only"', { kind: "literal", value: "only" }],
  ])("%s", async (_, type, expected) => {
    const declared = 'const limits = { small: 1, large: 2 } as const;\nenum E { A, B = "b" }\n';
    expect(await schemaOf(X + declared + endpoint(`{ value: ${type} }`))).toEqual(expected);
  });

  it.each([
    [
      "generics",
      `interface Page<T> { items: T[]; next?: string }\n${endpoint("{ x: string }", "Page<{ id: string }>")}`,
    ],
    ["a default of a type parameter", `interface Box<T = string> { value: T }\n${endpoint("{ box: Box }")}`],
    [
      "a condition on a type parameter",
      `type Text<T> = { value: T extends string ? "text" : number };\n${endpoint("{ a: Text<string>; b: Text<boolean> }")}`,
    ],
    ["extends", `interface A { a: string }\ninterface B extends A { b: string }\n${endpoint("B")}`],
    [
      "extends with a narrower field",
      `interface A { a: string | null }\ninterface B extends A { a: string }\n${endpoint("B")}`,
    ],
    ["a type that contains itself", `interface Tree { children: Tree[] }\n${endpoint("Tree")}`],
    ["unknown, any and records", endpoint("{ a: unknown; b: any; c: Record<string, unknown> }")],
    ["enums and unions of literals", `enum E { A = "a" }\n${endpoint('{ e: E; u: "x" | "y" | null }')}`],
    ["an index", endpoint("{ m: { [key: string]: boolean | number } }")],
    ["headers and queries beside a body", endpoint('{ h: Header<"X-H">; q?: Query<number>; body: { deep: string } }')],
    ["headers and queries in a response", endpoint("void", '{ h: Header<"X-H">; q: Query<boolean, "my-query"> }')],
    [
      "rules that fit their types",
      VALIDATE + endpoint("{ n: number & (Min<3> & Max<1000>); l: Array<string & IsEmail> & MaxLen<10> }"),
    ],
    [
      "a parameter with a default value",
      `${API}export const a = api({}, async (p: { x: string } = { x: "" }) => { throw p; });`,
    ],
  ])("%s", async (_, source) => {
    expect((await diagnose({ "svc/a.ts": source })).diagnostics).toEqual([]);
  });
});
