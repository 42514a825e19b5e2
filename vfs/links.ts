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
  const names = segments.slice(segments.findIndex((segment) => segment !== ".."));
  if (segments.some((segment) => segment !== "..") && names.includes(".."))
    return "its target holds '..' behind a name";
  return placeProblem(path, segments);
}

/** The same for a link that is there already and comes to lie elsewhere, whatever order its target is written in. */
export function movedLinkProblem(path: string, target: string): string | undefined {
  return placeProblem(
    path,
    target.split("/").filter((segment) => segment !== "" && segment !== "."),
  );
}

function placeProblem(path: string, segments: string[]): string | undefined {
  const place = path.split("/").slice(0, -1);
  for (const segment of segments) {
    if (segment !== "..") place.push(segment);
    else if (place.pop() === undefined) return "its target leads out of the project";
  }
  return place.length === 0 ? "its target is the project's root" : undefined;
}

/** Throws `invalid_link`. */
export function requireLink(path: string, target: string): void {
  const problem = linkProblem(path, target);
  if (problem !== undefined) throw new DomainError("invalid_link", `the symlink '${path}' is not valid: ${problem}`);
}
