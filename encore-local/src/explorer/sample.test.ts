import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SchemaCompiler } from "../codec/compile-schema";
import { compileBody } from "../endpoint/body-params";
import { topFields } from "../endpoint/fields";
import { readApp } from "../model/read-app";
import type { Schema, ValidationRule } from "../model/types";
import { describeEndpoint } from "./describe-endpoint";
import { sampleOf } from "./sample";

const app = (name: string): string => fileURLToPath(new URL(`../../__tests__/${name}`, import.meta.url));

const ruled = (kind: "string" | "number", ...rules: ValidationRule[]): Schema => {
  return { kind, validation: { kind: "and", exprs: rules.map((rule) => ({ kind: "rule", rule })) } };
};

function faultOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

describe("a sample", () => {
  it.each(["apps/shop", "apps/chat", "apps/shortener", "conformance/app"])(
    "of a body or a message is taken by the endpoint that it is for, in %s",
    (name) => {
      const { model } = readApp(app(name));
      const { declarations } = model;
      const compiler = new SchemaCompiler({ declarations, decimal: String, fromQuery: false });
      const samples = model.services
        .flatMap(({ endpoints }) => endpoints)
        .map((endpoint) => describeEndpoint(endpoint, declarations))
        .flatMap(({ forms, incoming }) => [...Object.values(forms).map(({ body }) => body), incoming])
        .filter((form) => form !== undefined);
      expect(samples.length).toBeGreaterThan(0);
      for (const { schema, sample } of samples) {
        const read = compileBody(topFields(schema, declarations), compiler);
        // Texts are not made to fit a pattern.
        expect(faultOf(() => read(JSON.stringify(sample))) ?? "does not match the regexp").toContain(
          "does not match the regexp",
        );
      }
    },
  );

  it.each([
    [ruled("string", { name: "minLen", value: 12 }), "namexxxxxxxx"],
    [ruled("string", { name: "maxLen", value: 2 }), "na"],
    [ruled("string", { name: "startsWith", value: "id-" }, { name: "maxLen", value: 5 }), "id-na"],
    [ruled("string", { name: "endsWith", value: ".md" }), "name.md"],
    [ruled("string", { name: "isEmail" }), "ada@example.com"],
    [ruled("string", { name: "isURL" }), "https://example.com/"],
    [ruled("number", { name: "min", value: 2.5 }), 3],
    [ruled("number", { name: "max", value: -4 }), -4],
    [ruled("number", { name: "min", value: 0.2 }, { name: "max", value: 0.4 }), 0.4],
  ])("keeps to the rules %j", (schema, expected) => {
    expect(sampleOf(schema, {}, "name")).toBe(expected);
  });

  it("of a type that contains itself comes to an end", () => {
    const node: Schema = {
      kind: "object",
      fields: [{ name: "next", optional: false, schema: { kind: "ref", id: "node" } }],
    };
    const declarations = { node: { name: "Node", schema: node, location: { file: "a.ts", line: 1, column: 1 } } };
    expect(JSON.stringify(sampleOf({ kind: "ref", id: "node" }, declarations)).length).toBeLessThan(200);
  });
});
