import { expect, it } from "vitest";
import { inGroups, severalAtOnce } from "./grouping";

it("a list is cut into groups by bytes and by number, with every item once and in order", () => {
  const groups = (sizes: number[]) => [...inGroups(sizes, { bytesOf: (size) => size, bytes: 10, items: 3 })];
  expect(groups([])).toEqual([]);
  expect(groups([1, 2, 3, 4])).toEqual([[1, 2, 3], [4]]);
  expect(groups([9, 9, 9])).toEqual([[9, 9], [9]]);
  expect(groups([50, 1])).toEqual([[50], [1]]);
});

it("several items are worked on at once, and no more are begun once one has failed", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  let most = 0;
  const work = async (item: number) => {
    begun.push(item);
    most = Math.max(most, begun.length - ended.length);
    await new Promise((resolve) => setImmediate(resolve));
    ended.push(item);
    if (item === 5) throw new Error("the fifth");
  };
  await severalAtOnce([1, 2, 3, 4], { atOnce: 2, work });
  expect({ begun, ended, most }).toEqual({ begun: [1, 2, 3, 4], ended: [1, 2, 3, 4], most: 2 });
  await expect(severalAtOnce([5, 6, 7, 8, 9], { atOnce: 2, work })).rejects.toThrow("the fifth");
  // What was begun has ended, too.
  expect(ended).toEqual(begun);
  expect(begun).not.toContain(9);
});
