import { DomainError } from "../platform/errors";
import { pathProblem } from "../vfs/path";

export interface RepositoryReference {
  owner: string;
  name: string;
  /** What stands behind `/tree/`: a branch, tag or commit, and perhaps a folder, which only GitHub can tell apart. */
  treePath?: string;
}

/** GitHub's own rules for names. */
const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}$/;
const NAME = /^(?!\.{1,2}$)[\w.-]{1,100}$/;
/** What git allows in the name of a reference, without the characters that it forbids (git-check-ref-format(1)). */
const REF = /^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.))(?![-/.])[^\s~^:?*[\\\p{Cc}]{1,255}(?<![/.])$/u;
/** Deeper ones would cost a request for each level. */
const MAX_TREE_SEGMENTS = 20;

/**
 * Reads `owner/name`, `https://HOST/owner/name` (also with `.git` or `/tree/<ref>/<folder>`), `git@HOST:owner/name` or
 * `ssh://git@HOST/owner/name` (also with a port), for the hosts that are GitHub's. Throws `invalid_repository` for anything else.
 */
export function parseRepositoryReference(text: string, hosts: readonly string[]): RepositoryReference {
  const trimmed = text.trim();
  const [owner = "", rawName = "", ...rest] = segmentsOf(trimmed, hosts);
  const name = rawName.replace(/\.git$/, "");
  if (!OWNER.test(owner) || !NAME.test(name)) throw invalid(trimmed);
  if (rest.at(-1) === "") rest.pop();
  if (rest.length === 0) return { owner, name };
  const [kind, ...tree] = rest;
  if (kind !== "tree" || tree.length === 0 || tree.length > MAX_TREE_SEGMENTS) throw invalid(trimmed);
  const treePath = tree.join("/");
  if (pathProblem(treePath) !== undefined || !REF.test(tree[0] ?? "")) throw invalid(trimmed);
  return { owner, name, treePath };
}

/** Throws `invalid_repository` for what git would not take as the name of a branch, a tag or a commit. */
export function requireRef(ref: string): string {
  if (!isRef(ref)) throw new DomainError("invalid_repository", "the name of the branch, tag or commit is not valid");
  return ref;
}

export function isRef(ref: string): boolean {
  return REF.test(ref);
}

/** Throws `invalid_repository` for what cannot be a folder of a repository. */
export function requireFolder(folder: string): string {
  const path = folder.replace(/\/+$/, "");
  const problem = path === "" ? undefined : pathProblem(path);
  if (problem !== undefined) throw new DomainError("invalid_repository", `the folder is not valid: ${problem}`);
  return path;
}

/** The parts behind the host, which must be GitHub's. */
function segmentsOf(text: string, hosts: readonly string[]): string[] {
  const ssh = /^(?:git@([^:/]+):|ssh:\/\/git@([^:/]+)(?::\d+)?\/)(.*)$/.exec(text);
  if (ssh !== null) {
    requireHost(ssh[1] ?? ssh[2] ?? "", hosts, text);
    return (ssh[3] ?? "").split("/");
  }
  if (!text.includes(":")) return text.split("/");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (url?.protocol !== "https:" || !plain) throw invalid(text);
  requireHost(url.host, hosts, text);
  return url.pathname
    .slice(1)
    .split("/")
    .map((segment) => decoded(segment, text));
}

/** A slash must not hide in a segment. */
function decoded(segment: string, text: string): string {
  try {
    const plain = decodeURIComponent(segment);
    if (!plain.includes("/")) return plain;
  } catch (cause) {
    throw invalid(text, cause);
  }
  throw invalid(text);
}

function requireHost(host: string, hosts: readonly string[], text: string): void {
  if (hosts.includes(host)) return;
  throw new DomainError("invalid_repository", `'${shown(text)}' is not of ${hosts[0]}, from where is imported here`, {
    hint: `Write owner/name, or an address of ${hosts[0]}.`,
  });
}

function invalid(text: string, cause?: unknown): DomainError {
  return new DomainError("invalid_repository", `'${shown(text)}' is not a repository of GitHub's`, { cause });
}

/** A token may stand before the at sign, or in the query. */
function shown(text: string): string {
  return text.split(/[?#]/)[0]?.replace(/^.*@/s, "...@").slice(0, 80) ?? "";
}
