import { RE2JS } from "re2js";
import { DomainError } from "../platform/errors";
import { globToRegExp, quoted } from "./glob";

/** RE2's measure of what a pattern costs for each character of the text. */
const MAX_PROGRAM = 1_000;
/** Of a longer line the beginning is looked at, which bounds the time that one line takes. */
const MAX_LINE = { regex: 4_096, literal: 65_536 };

/** Where in the line the pattern is found first; undefined where it is not. */
export type LineMatcher = (line: string) => { start: number; end: number } | undefined;

export interface TextPattern {
  text: string;
  regex: boolean;
  caseSensitive: boolean;
}

/** Throws `invalid_pattern`. */
export function textMatcher({ text, regex, caseSensitive }: TextPattern): LineMatcher {
  if (regex) {
    const pattern = compile(text, caseSensitive);
    return (line) => {
      const matcher = pattern.matcher(line.slice(0, MAX_LINE.regex));
      return matcher.find() ? { start: matcher.start(), end: matcher.end() } : undefined;
    };
  }
  // What stands for itself takes any engine linear time.
  const literal = new RegExp(quoted(text), caseSensitive ? "u" : "iu");
  return (line) => {
    const found = literal.exec(line.slice(0, MAX_LINE.literal));
    return found === null ? undefined : { start: found.index, end: found.index + found[0].length };
  };
}

/** Tells the paths that a glob means: by the last segment where it has no '/', else as a whole. Throws `invalid_pattern`. */
export function nameMatcher(glob: string, { caseSensitive }: { caseSensitive: boolean }): (path: string) => boolean {
  const pattern = compile(globToRegExp(glob), caseSensitive);
  const wholePath = glob.includes("/");
  return (path) => pattern.matcher(wholePath ? path : path.slice(path.lastIndexOf("/") + 1)).find();
}

function compile(pattern: string, caseSensitive: boolean): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern, caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DomainError("invalid_pattern", `the pattern cannot be read: ${why}`, { cause });
  }
  if (compiled.programSize() > MAX_PROGRAM) {
    throw new DomainError("invalid_pattern", "the pattern is too large; repeat less, or search for a part of it");
  }
  return compiled;
}
