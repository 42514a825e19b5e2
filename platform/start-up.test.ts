import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { repeat } from "./start-up";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("does timed work once in its minutes, also after it has failed, and no more once the process ends", async () => {
  const end = new AbortController();
  const work = vi.fn().mockRejectedValueOnce(new Error("the database is away")).mockResolvedValue(undefined);
  repeat("sweep", { minutes: 5, work, until: end.signal });
  await vi.advanceTimersByTimeAsync(5 * 60_000 - 1);
  expect(work).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(work).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(work).toHaveBeenCalledTimes(3);
  end.abort();
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(work).toHaveBeenCalledTimes(3);
});

it("ends one run of timed work before it begins the next", async () => {
  const end = new AbortController();
  let finish = (): void => undefined;
  const work = vi.fn(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  repeat("sweep", { minutes: 1, work, until: end.signal });
  await vi.advanceTimersByTimeAsync(3 * 60_000);
  expect(work).toHaveBeenCalledTimes(1);
  finish();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(work).toHaveBeenCalledTimes(2);
  end.abort();
});
