import { DomainError } from "../platform/errors";

export const MAX_PATH_BYTES = 1_024;
/** What file systems take for one name. */
export const MAX_SEGMENT_BYTES = 255;

/**
 * What is wrong with a path inside a tree; undefined when it is fine: relative, separated by '/', free of '.', '..', empty
 * segments and control characters, at most 1,024 bytes of well-formed UTF-8.
 */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "it is empty";
  if (path.startsWith("/")) return "it begins with '/'; paths are relative to the project";
  if (path.includes("\0")) return "it holds a NUL character";
  const control = /\p{Cc}/u.exec(path);
  if (control !== null) return `it holds the control character U+${hexadecimal(control[0])}`;
  if (!path.isWellFormed()) return "it is not well-formed Unicode";
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  for (const segment of path.split("/")) {
    if (segment === "") return "it holds an empty segment ('//' or a '/' at the end)";
    if (segment === "." || segment === "..") return `it holds the segment '${segment}'`;
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `a name in it is longer than ${MAX_SEGMENT_BYTES} bytes`;
  }
  return undefined;
}

function hexadecimal(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

/** The path, once it is found to be one. Throws `invalid_path`. */
export function requirePath(path: string): string {
  const problem = pathProblem(path);
  if (problem !== undefined) {
    throw new DomainError("invalid_path", `the path ${JSON.stringify(path.slice(0, 100))} is not valid: ${problem}`);
  }
  return path;
}

/** The folder's path, or "" for the whole tree where none is given. Throws `invalid_path`. */
export function requireFolder(path: string | undefined): string {
  return path === undefined || path === "" ? "" : requirePath(path);
}

/** The folders above a path, outermost first: of `a/b/c` they are `a` and `a/b`. */
export function ancestors(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join("/"));
}
