import { describe, expect, it } from "vitest";
import { normalizeDaytonaLanguage } from "./daytona-manager";
import { chooseLanguages } from "./project-language";

describe("normalizeDaytonaLanguage", () => {
  it.each([
    [
      "typescript",
      ["typescript", "react", "nextjs", "node", "TypeScript", " Node.js ", "next.js", "Next JS", "NestJS", "ts"],
    ],
    ["python", ["python", "django", "flask", "Python", "FastAPI", "py", "PYTHON "]],
    ["javascript", ["javascript", "vue", "angular", "JavaScript", "Vue.js", "js", "Angular"]],
  ])("knows what is %s", (language, names) => {
    expect(names.map((name) => normalizeDaytonaLanguage(name))).toEqual(names.map(() => language));
  });

  it.each(["github-import", "cobol", "", null, undefined, "constructor", "__proto__"])(
    "takes typescript for %j",
    (name) => {
      expect(normalizeDaytonaLanguage(name)).toBe("typescript");
    },
  );
});

describe("the language of a project", () => {
  it.each([
    ["Golang", "go"],
    ["C#", "dotnet"],
    ["c++", "cpp"],
    ["Rails", "ruby"],
    ["rust", "rust"],
  ])("is known by %s, and gets an image of its own", (language, projectLanguage) => {
    expect(chooseLanguages({ language })).toEqual({ projectLanguage, language: "typescript", unknownLanguage: null });
  });

  it("is told by its framework first, and said to be unknown when nobody knows it", () => {
    expect(chooseLanguages({ language: "unknown", framework: "django" })).toMatchObject({ language: "python" });
    expect(chooseLanguages({ language: "cobol" })).toEqual({
      projectLanguage: "unknown",
      language: "typescript",
      unknownLanguage: "cobol",
    });
  });
});
