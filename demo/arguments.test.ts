import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDemoArguments } from "./arguments";

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "my folder-"));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("the demo's arguments", () => {
  it("name this very repository when there are none", () => {
    const { source, json } = parseDemoArguments([], scratch);
    expect(source).toMatchObject({ kind: "local", folder: scratch });
    expect(json).toBe(false);
  });

  it("name a folder, whose repository name is made of allowed characters", () => {
    const { source } = parseDemoArguments([scratch, "--json"], "/nowhere");
    expect(source.repository).toMatch(/^demo\/my-folder-[\w.-]+$/);
  });

  it("name a repository of GitHub's when no such folder exists", () => {
    expect(parseDemoArguments(["owner/name"], "/nowhere").source).toEqual({ kind: "github", repository: "owner/name" });
  });

  it("are refused when they are neither", () => {
    expect(() => parseDemoArguments(["no such thing"], "/nowhere")).toThrow(
      "neither a folder nor of the form owner/name",
    );
  });

  it("are refused when they name a file", async () => {
    const file = path.join(scratch, "file");
    await writeFile(file, "");
    expect(() => parseDemoArguments([file], "/nowhere")).toThrow("is a file");
  });

  it("are refused when there are two", () => {
    expect(() => parseDemoArguments(["a/b", "c/d"], "/nowhere")).toThrow("one repository at a time");
  });
});
