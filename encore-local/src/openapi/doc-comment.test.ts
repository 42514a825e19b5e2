import { expect, it } from "vitest";
import { readDocComment, summaryOf } from "./doc-comment";

it("keeps the text in front of the tags, and reads examples as JSON where they are", () => {
  const doc = 'Makes a thing.\n\nIt takes a while.\n@example {"a": [1]}\n@example plain text\n@example "quoted"';
  expect(readDocComment(doc)).toMatchObject({
    text: "Makes a thing.\n\nIt takes a while.",
    examples: [{ a: [1] }, "plain text", "quoted"],
    responseExamples: [],
    deprecated: false,
  });
});

it("tells examples of the answer from those of the request, over several lines and in fences", () => {
  const doc = '@example request\n```json\n{"a": 1}\n```\n@example response {\n  "b": 2\n}\n@deprecated use another';
  expect(readDocComment(doc)).toMatchObject({ examples: [{ a: 1 }], responseExamples: [{ b: 2 }], deprecated: true });
});

it.each([
  ["not_found there is none", "not_found", "there is none"],
  ["{aborted} - it changed", "aborted", "it changed"],
  ["internal", "internal", ""],
])("reads @throws %s", (text, code, reason) => {
  expect(readDocComment(`@throws ${text}`).throws).toEqual([{ code, reason }]);
});

it("takes an address in the text for no tag", () => {
  expect(readDocComment("Write to me@example.com.")).toMatchObject({ text: "Write to me@example.com.", examples: [] });
});

it.each([
  ["One. Two.", "One"],
  ["Version 1.5 of it\nis here.\n\nMore.", "Version 1.5 of it is here"],
  ["No end", "No end"],
])("takes the first sentence of %j for the summary", (text, summary) => {
  expect(summaryOf(text)).toBe(summary);
});
