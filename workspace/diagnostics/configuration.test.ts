import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkConfiguration } from "./configuration";
import { anchorOf, SECTIONS } from "./finding";

const key = `dtn_${"0a".repeat(32)}`;
const URL_OF_DAYTONA = "https://app.daytona.io/api";

const levels = (rawKey: string, rawUrl: string) =>
  Object.fromEntries(checkConfiguration({ rawKey, rawUrl }).map(({ check, level }) => [check, level]));

describe("the secrets", () => {
  it.each([
    ["nothing set", "", "", { api_key: "advice", api_url: "ok" }],
    ["a key alone", key, "", { api_key: "ok", api_key_shape: "ok", api_url: "ok" }],
    ["both as they are to be", key, URL_OF_DAYTONA, { api_key: "ok", api_key_shape: "ok", api_url: "ok" }],
    ["a key of the older form", key.replace("_", ""), "", { api_key: "ok", api_key_shape: "ok", api_url: "ok" }],
    ["a key of another form", "my-test-key", "", { api_key: "ok", api_key_shape: "advice", api_url: "ok" }],
    ["a line break behind the key", `${key}\n`, "", { api_key: "ok", api_key_shape: "advice", api_url: "ok" }],
    ["a key in quotes", `"${key}"`, "", { api_key: "ok", api_key_shape: "advice", api_url: "ok" }],
    ["a sentence for a key", "my key is this", "", { api_key: "ok", api_key_shape: "problem", api_url: "ok" }],
  ])("with %s", (_, rawKey, rawUrl, expected) => {
    expect(levels(rawKey, rawUrl)).toEqual(expected);
  });

  it.each([
    "https://api.daytona.io",
    "https://app.daytona.io",
    "https://app.daytona.io/",
    "https://daytona.io/api",
    "http://app.daytona.io/api",
    "https://app.daytona.io/api/v1",
    "app.daytona.io/api",
  ])("name %s as a wrong address", (url) => {
    expect(levels(key, url).api_url).toBe("problem");
  });

  it.each(["https://app.daytona.io/api/", "https://app.daytona.io/api ", "http://127.0.0.1:3986/api"])(
    "let %s pass with advice",
    (url) => {
      expect(levels(key, url).api_url).toBe("advice");
    },
  );

  it("are in no finding", () => {
    const text = JSON.stringify(
      checkConfiguration({ rawKey: `${key}x y`, rawUrl: "https://user:hunter2@daytona.example/api" }),
    );
    expect(text).not.toContain(key);
    expect(text).not.toContain("hunter2");
  });
});

describe("docs/daytona-configuration.md", () => {
  const page = readFileSync(new URL("../../docs/daytona-configuration.md", import.meta.url), "utf8");
  const troubleshooting = page.slice(page.indexOf("## Troubleshooting"), page.indexOf("\n## Development mode"));
  const sections = troubleshooting.split(/^### /m).slice(1);

  it("has a section for everything that the doctor leads to, and the doctor leads to every section", () => {
    expect(sections.map((section) => section.split("\n")[0]).toSorted()).toEqual(Object.values(SECTIONS).toSorted());
  });

  it("names the doctor at every symptom, with what it says", () => {
    for (const section of sections) expect(section).toMatch(/^`npm run doctor` says `\w+/m);
  });

  it("is led to by anchors as GitHub makes them", () => {
    expect(anchorOf(SECTIONS.cannotSync)).toBe("cannot-sync-status---no-daytona-sdk");
    expect(anchorOf(SECTIONS.wrongUrl)).toBe("error-reason-daytona_wrong_url");
  });
});
