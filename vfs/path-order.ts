/** SQL: what stands for '/' in a key of `slashFirst`. Paths hold no control characters, so that it is free. */
export const FIRST = String.raw`E'\x01'`;

/**
 * SQL: the key of a path in an order in which '/' comes before every other character, so that what lies in a folder is right
 * behind the folder's own path.
 */
export function slashFirst(path: string): string {
  return `replace(${path}, '/', ${FIRST}) COLLATE "C"`;
}
