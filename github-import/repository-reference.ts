import { DomainError } from "../platform/errors";

export interface RepositoryReference {
  owner: string;
  name: string;
  /** Branch, tag or commit; absent for the default branch. */
  ref?: string;
}

/** GitHub's own rules for names. */
const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}$/;
const NAME = /^(?!\.{1,2}$)[\w.-]{1,100}$/;
/** What git allows in the name of a reference, without the characters that it forbids (git-check-ref-format(1)). */
const REF = /^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.))(?![-/.])[^\s~^:?*[\\\p{Cc}]{1,255}(?<![/.])$/u;
const HOSTS = new Set(["github.com", "www.github.com"]);

/**
 * Reads `owner/name`, `https://github.com/owner/name` (also with `.git` or `/tree/<ref>`) or `git@github.com:owner/name`.
 * Throws `invalid_repository` for anything else.
 */
export function parseRepositoryReference(text: string): RepositoryReference {
  const trimmed = text.trim();
  const path = pathOf(trimmed);
  const [owner = "", rawName = "", ...rest] = path.split("/");
  const name = rawName.replace(/\.git$/, "");
  if (!OWNER.test(owner) || !NAME.test(name)) throw invalid(trimmed);
  if (rest.length === 0 || (rest.length === 1 && rest[0] === "")) return { owner, name };
  if (rest[0] !== "tree" || rest.length < 2) throw invalid(trimmed);
  return { owner, name, ref: requireRef(rest.slice(1).join("/").replace(/\/$/, "")) };
}

/** Throws `invalid_repository` for what git would not take as the name of a branch, a tag or a commit. */
export function requireRef(ref: string): string {
  if (!REF.test(ref)) throw new DomainError("invalid_repository", "the name of the branch, tag or commit is not valid");
  return ref;
}

/** The part behind the host, which must be GitHub's. */
function pathOf(text: string): string {
  const ssh = /^(?:ssh:\/\/)?git@github\.com[:/](.*)$/.exec(text)?.[1];
  if (ssh !== undefined) return ssh;
  if (!text.includes(":")) return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.username === "" && url.password === "" && url.port === "" && url.search === "" && url.hash === "";
  if (url?.protocol !== "https:" || !plain || !HOSTS.has(url.hostname)) throw invalid(text);
  try {
    return decodeURIComponent(url.pathname.slice(1));
  } catch (cause) {
    throw invalid(text, cause);
  }
}

function invalid(text: string, cause?: unknown): DomainError {
  // What was sent may hold a token, so only its beginning up to the first sign of one is shown.
  const shown = text.split(/[@?#]/)[0]?.slice(0, 80) ?? "";
  return new DomainError("invalid_repository", `'${shown}' is not a repository of GitHub's`, { cause });
}
