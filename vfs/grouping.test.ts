import { expect, it } from "vitest";
import { inGroups } from "./grouping";

it("a list is cut into groups by bytes and by number, with every item once and in order", () => {
  const groups = (sizes: number[]) => [...inGroups(sizes, { bytesOf: (size) => size, bytes: 10, items: 3 })];
  expect(groups([])).toEqual([]);
  expect(groups([1, 2, 3, 4])).toEqual([[1, 2, 3], [4]]);
  expect(groups([9, 9, 9])).toEqual([[9, 9], [9]]);
  expect(groups([50, 1])).toEqual([[50], [1]]);
});
