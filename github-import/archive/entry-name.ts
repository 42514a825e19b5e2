import { MAX_PATH_BYTES, MAX_SEGMENT_BYTES } from "../../vfs/path";
import { refused } from "./refusal";

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
  if (name === "") throw refused("an entry has no name");
  if (/\p{Cc}/u.test(name)) throw refused("an entry's name has control characters");
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name) || name.startsWith("\\"))
    throw refused("an entry's name is absolute");
  const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.some((segment) => /(^|\\)\.\.(\\|$)/.test(segment))) {
    throw refused("an entry's name leads out of the tree");
  }
  if (segments[0] !== root) throw refused("an entry is outside the archive's one folder");
  const inner = segments.slice(1);
  if (inner.length === 0) return { kind: "root" };
  if (inner.some((segment) => /^[A-Za-z]:/.test(segment) || segment.startsWith("\\")))
    throw refused("an entry's name is absolute");
  const path = inner.join("/");
  const reason = unfitReason(path, inner);
  return reason === undefined ? { kind: "path", path } : { kind: "skip", path: shortened(path), reason };
}

/** What a report shows of a path; whole characters, since a database takes no half ones. */
function shortened(path: string): string {
  return path.length <= MAX_PATH_BYTES ? path : path.slice(0, MAX_PATH_BYTES).toWellFormed();
}

function unfitReason(path: string, segments: string[]): string | undefined {
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)) return "name_too_long";
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return "path_too_long";
  if (segments.length > MAX_DEPTH) return "too_deep";
  if (segments.some(isGitFolder)) return "git_folder";
  return undefined;
}

/** `.git` in the forms that some file system takes for it: any case, the DOS short name, invisible characters, streams. */
function isGitFolder(segment: string): boolean {
  const visible = segment
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad]/g, "")
    .replace(/:.*$/, "")
    .replace(/[. ]+$/, "");
  return /^(\.git|git~\d+)$/i.test(visible);
}

/** What Linux takes for a symlink's target. */
const MAX_TARGET_BYTES = 4_095;

/**
 * A symlink's target as it is kept, or undefined for one that leads out of the tree or to its root. `..` may stand at its
 * beginning only: behind another name it could follow a symlink, and lead elsewhere than its text says.
 */
export function keptLinkTarget(path: string, target: string): string | undefined {
  if (target === "" || target.startsWith("/") || /[\p{Cc}\\]/u.test(target) || /^[A-Za-z]:/.test(target))
    return undefined;
  if (Buffer.byteLength(target) > MAX_TARGET_BYTES) return undefined;
  const segments = target.split("/").filter((segment) => segment !== "" && segment !== ".");
  const up = segments.lastIndexOf("..") + 1;
  if (segments.slice(0, up).some((segment) => segment !== "..")) return undefined;
  const depth = path.split("/").length - 1;
  const leadsToRoot = up === depth && segments.length === up;
  return up > depth || leadsToRoot ? undefined : target;
}
