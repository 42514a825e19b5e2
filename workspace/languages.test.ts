import { describe, expect, it } from "vitest";
import { normalizeDaytonaLanguage } from "./daytona-manager";

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
