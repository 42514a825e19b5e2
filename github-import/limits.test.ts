import { expect, it } from "vitest";
import { DEFAULT_LIMITS, limitsFrom } from "./limits";

it("takes each limit from the environment, and its default where it is not set", () => {
  expect(limitsFrom({ PATH: "/bin" })).toEqual(DEFAULT_LIMITS);
  expect(limitsFrom({ IMPORT_MAX_FILES: "5", IMPORT_MAX_SECONDS: "2", IMPORT_MAX_BYTES: " " })).toEqual({
    ...DEFAULT_LIMITS,
    files: 5,
    milliseconds: 2_000,
  });
});

it.each(["0", "-1", "many", "1.5"])("says which variable holds %j, which is no limit", (value) => {
  expect(() => limitsFrom({ IMPORT_MAX_BYTES: value })).toThrow(/IMPORT_MAX_BYTES/);
});
