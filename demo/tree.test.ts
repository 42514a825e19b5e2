import { expect, it } from "vitest";
import { drawTree } from "./tree";

it("draws the top level, folders first with the number of files in them", () => {
  const file = (path: string) => ({ path, kind: "file" as const });
  expect(
    drawTree([file("b.txt"), file("src/a.ts"), file("src/deep/b.ts"), { path: "empty", kind: "directory" }]),
  ).toEqual(["empty/  (0 files)", "src/  (2 files)", "b.txt"]);
});

it("counts what does not fit", () => {
  const files = Array.from({ length: 14 }, (_, i) => ({
    path: `f${String(i).padStart(2, "0")}`,
    kind: "file" as const,
  }));
  expect(drawTree(files).at(-1)).toBe("... and 2 more");
});
