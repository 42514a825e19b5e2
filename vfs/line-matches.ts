import { setImmediate as othersTurn } from "node:timers/promises";
import type { LineMatcher } from "./search-pattern";

export interface LineMatch {
  /** From 1. */
  line: number;
  /** Of the first match in the line, from 1, in UTF-16 units as editors count. */
  column: number;
  /** Of that match. */
  length: number;
  /** The line, or of a long one what is around the match. */
  text: string;
}

export interface FileMatches {
  /** One a line, the first 100 of a file. */
  matches: LineMatch[];
  /** Whether the file has more, or was not looked at to its end. */
  more: boolean;
}

const MAX_MATCHES = 100;
const SHOWN = 300;
const SHOWN_BEFORE = 60;
/** How long others may have to wait for their turn. */
const TURN_MS = 15;
/** Looking at the clock costs more than looking at a line. */
const LINES_A_LOOK = 64;

/** The lines of a text that match, until the deadline by `performance.now()`. */
export async function matchesIn(text: string, match: LineMatcher, deadline: number): Promise<FileMatches> {
  const matches: LineMatch[] = [];
  let turn = performance.now();
  let line = 0;
  for (let start = 0; start <= text.length; ) {
    const end = text.indexOf("\n", start);
    const content = lineOf(text, start, end < 0 ? text.length : end);
    line += 1;
    const found = match(content);
    if (found !== undefined) {
      if (matches.length === MAX_MATCHES) return { matches, more: true };
      matches.push(shown(content, { line, ...found }));
    }
    if (end < 0) break;
    start = end + 1;
    if (line % LINES_A_LOOK !== 0 && content.length < LINES_A_LOOK * 16) continue;
    const now = performance.now();
    if (now > deadline) return { matches, more: true };
    if (now - turn < TURN_MS) continue;
    await othersTurn();
    turn = performance.now();
  }
  return { matches, more: false };
}

function lineOf(text: string, start: number, end: number): string {
  return text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end);
}

function shown(content: string, { line, start, end }: { line: number; start: number; end: number }): LineMatch {
  const from = content.length <= SHOWN ? 0 : Math.max(0, Math.min(start - SHOWN_BEFORE, content.length - SHOWN));
  // Half of a surrogate pair would be no text.
  const text = content.slice(from, from + SHOWN).toWellFormed();
  return { line, column: start + 1, length: end - start, text };
}
