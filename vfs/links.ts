import { DomainError } from "../platform/errors";
import { MAX_PATH_BYTES } from "./path";

/**
 * What is wrong with a symlink's target; undefined when it leads to a place inside the tree. Its '..' come first, so that
 * it starts from folders that are no links; behind a name they could lead through another link to anywhere.
 */
export function linkProblem(path: string, target: string): string | undefined {
  if (target === "") return "its target is empty";
  if (target.startsWith("/")) return "its target begins with '/'; targets are relative to the link's folder";
  if (/\p{Cc}/u.test(target) || !target.isWellFormed()) return "its target holds a control character or is no Unicode";
  if (Buffer.byteLength(target) > MAX_PATH_BYTES) return `its target is longer than ${MAX_PATH_BYTES} bytes`;
  const segments = target.split("/").filter((segment) => segment !== "" && segment !== ".");
  const up = segments.findIndex((segment) => segment !== "..");
  const names = up < 0 ? [] : segments.slice(up);
  if (names.includes("..")) return "its target holds '..' behind a name";
  const depth = path.split("/").length - 1;
  const steps = up < 0 ? segments.length : up;
  if (steps > depth) return "its target leads out of the project";
  if (steps === depth && names.length === 0) return "its target is the project's root";
  return undefined;
}

/** Throws `invalid_link`. */
export function requireLink(path: string, target: string): void {
  const problem = linkProblem(path, target);
  if (problem !== undefined) throw new DomainError("invalid_link", `the symlink '${path}' is not valid: ${problem}`);
}
