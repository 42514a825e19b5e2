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
