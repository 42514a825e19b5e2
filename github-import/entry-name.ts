import { DomainError } from "../platform/errors";
import { MAX_PATH_BYTES, MAX_SEGMENT_BYTES } from "../vfs/path";

const MAX_DEPTH = 256;

/** Where an archive's entry belongs in the tree; why it is left out; or that it is the root folder itself. */
export type Placement =
  | { kind: "path"; path: string }
  | { kind: "skip"; path: string; reason: string }
  | { kind: "root" };

/**
 * Places an entry by its name, which is hostile input: one that tries to leave the tree, or that no honest archive holds,
 * refuses the whole archive (`archive_refused`); one that our trees or git cannot hold is left out.
 */
export function placeEntry(name: string, root: string): Placement {
  if (name === "" || name.includes("\0")) throw refused("an entry has an empty name or one with NUL");
  if (name.includes("\ufffd")) throw refused("an entry's name is not UTF-8");
  if (/\p{Cc}/u.test(name)) throw refused("an entry's name has control characters");
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name) || name.startsWith("\\"))
    throw refused("an entry's name is absolute");
  const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.some((segment) => segment === ".." || /(^|\\)\.\.(\\|$)/.test(segment))) {
    throw refused("an entry's name leads out of the tree");
  }
  if (segments[0] !== root) throw refused("an entry is outside the archive's one folder");
  const inner = segments.slice(1);
  if (inner.length === 0) return { kind: "root" };
  if (inner.some((segment) => /^[A-Za-z]:/.test(segment) || segment.startsWith("\\")))
    throw refused("an entry's name is absolute");
  const path = inner.join("/");
  const reason = unfitReason(path, inner);
  return reason === undefined ? { kind: "path", path } : { kind: "skip", path: path.slice(0, MAX_PATH_BYTES), reason };
}

function unfitReason(path: string, segments: string[]): string | undefined {
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)) return "name_too_long";
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return "path_too_long";
  if (segments.length > MAX_DEPTH) return "too_deep";
  if (segments.some(isGitFolder)) return "git_folder";
  return undefined;
}

/** `.git` in the forms that some file system takes for it: any case, the DOS short name, invisible characters. */
function isGitFolder(segment: string): boolean {
  const visible = segment.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad]/g, "").replace(/[. ]+$/, "");
  return /^(\.git|git~\d+)$/i.test(visible);
}

/** A symlink's target as it is kept, or undefined for one that leads out of the tree or to its root. */
export function keptLinkTarget(path: string, target: string): string | undefined {
  if (target === "" || target.startsWith("/") || /[\0\\]/.test(target) || /^[A-Za-z]:/.test(target)) return undefined;
  const stack = path.split("/").slice(0, -1);
  for (const segment of target.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") stack.push(segment);
    else if (stack.pop() === undefined) return undefined;
  }
  return stack.length === 0 ? undefined : target;
}

export function refused(what: string, cause?: unknown): DomainError {
  return new DomainError("archive_refused", `the archive is refused: ${what}`, { cause });
}
