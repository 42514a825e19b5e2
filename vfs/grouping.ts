export interface GroupLimits<T> {
  bytesOf: (item: T) => number;
  /** A group is closed once it has as many; its last item may go beyond. */
  bytes: number;
  items: number;
}

/** Cuts a list into groups that may be in memory together. */
export function* inGroups<T>(list: Iterable<T>, { bytesOf, ...limits }: GroupLimits<T>): Generator<T[]> {
  let group: T[] = [];
  let bytes = 0;
  for (const item of list) {
    group.push(item);
    bytes += bytesOf(item);
    if (bytes < limits.bytes && group.length < limits.items) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}

/** Works on several items at a time. Waits for all that it began; once one has failed, it begins no more and throws the failure. */
export async function severalAtOnce<T>(
  items: Iterable<T>,
  { atOnce, work }: { atOnce: number; work: (item: T) => Promise<void> },
): Promise<void> {
  const rest = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true && !failed; next = rest.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}
