import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REASONS } from "./reasons";

const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
const documented = [...page.matchAll(/^\| `(\w+)` \| `(\w+)` \| (yes|no) \| (.+) \|$/gm)].map(
  ([, reason, code, retryable, hint]) => ({ reason, code, retryable: retryable === "yes", hint }),
);

describe("docs/errors.md", () => {
  it("lists every reason with its code, its hint and whether trying again may help, and no others", () => {
    const inCode = Object.entries(REASONS).map(([reason, entry]) => ({ reason, ...entry }));
    const byReason = (a: { reason?: string }, b: { reason?: string }) => ((a.reason ?? "") < (b.reason ?? "") ? -1 : 1);
    expect(documented.toSorted(byReason)).toEqual(inCode.toSorted(byReason));
  });
});
