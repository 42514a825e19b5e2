import { isUtf8 } from "node:buffer";
import { setImmediate as othersTurn } from "node:timers/promises";
import { z } from "zod";
import { decodeCursor, encodeCursor, textKey } from "../platform/page";
import { pgPool } from "../platform/pg-pool";
import { bounds } from "./children";
import type { StoreName } from "./content-store";
import type { Entry } from "./entry";
import { inGroups } from "./grouping";
import { type FileMatches, matchesIn } from "./line-matches";
import type { LineMatcher } from "./search-pattern";
import { storeNamed } from "./stores";

/** Larger files are not searched for text. */
const MAX_SEARCHED_BYTES = 2 * 1024 * 1024;
const ROWS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Lines of a page, all its files together. */
const MAX_LINES = 1_000;

export interface SearchOptions {
  projectId: string;
  /** "" for the whole tree. */
  folder: string;
  name: ((path: string) => boolean) | undefined;
  text: LineMatcher | undefined;
  limit: number;
  cursor: string | undefined;
  milliseconds: number;
}

export interface FoundFile extends FileMatches {
  path: string;
  kind: Entry["kind"];
  size: number;
}

export interface SearchPage {
  /** Sorted by the bytes of the paths. */
  items: FoundFile[];
  /** Goes on behind what was looked at; absent once all of it was. */
  nextCursor?: string;
  /** Whether the page ends because its time was up. */
  timedOut: boolean;
  /** Files that were too large to be searched for text. */
  tooLarge: number;
}

interface Candidate {
  path: string;
  kind: Entry["kind"];
  size: number;
  contentId: string | null;
  store: StoreName | null;
}

const pageKey = z.tuple([textKey]);

/** Files by name, by text, or by both. Text is looked for in UTF-8 files alone. Throws `invalid_cursor`. */
export async function searchFiles(options: SearchOptions): Promise<SearchPage> {
  const page: SearchPage = { items: [], timedOut: false, tooLarge: 0 };
  const deadline = performance.now() + options.milliseconds;
  const begin = options.cursor === undefined ? "" : decodeCursor(options.cursor, pageKey)[0];
  for (let after = begin; ; ) {
    const rows = await candidates(options, after);
    const named = rows.filter(({ path }) => options.name?.(path) ?? true);
    for (const batch of inGroups(named, { bytesOf: searchedBytes, bytes: BATCH_BYTES, items: ROWS })) {
      const texts = options.text === undefined ? undefined : await textsOf(batch);
      for (const candidate of batch) {
        // One file at least, so that whoever goes on by the cursor gets somewhere.
        page.timedOut = after !== begin && performance.now() > deadline;
        if (page.timedOut || isFull(page, options.limit)) return { ...page, nextCursor: encodeCursor([after]) };
        const found = await look(candidate, { match: options.text, texts, deadline });
        if (found !== undefined) page.items.push(found);
        if (options.text !== undefined && candidate.size > MAX_SEARCHED_BYTES) page.tooLarge += 1;
        after = candidate.path;
      }
    }
    const last = rows.at(-1);
    if (rows.length < ROWS || last === undefined) return page;
    after = last.path;
    page.timedOut = performance.now() > deadline;
    if (page.timedOut) return { ...page, nextCursor: encodeCursor([after]) };
    await othersTurn();
  }
}

function searchedBytes({ size }: Candidate): number {
  return size > MAX_SEARCHED_BYTES ? 0 : size;
}

function isFull({ items }: SearchPage, limit: number): boolean {
  return items.length >= limit || items.reduce((lines, { matches }) => lines + matches.length, 0) >= MAX_LINES;
}

async function candidates({ projectId, folder, text }: SearchOptions, after: string): Promise<Candidate[]> {
  const { from, to } = bounds(folder);
  const { rows } = await pgPool().query<Omit<Candidate, "size"> & { size: string }>(
    `SELECT e.path, e.kind, e.size, e.content_id AS "contentId", c.store
     FROM vfs_entries e LEFT JOIN vfs_contents c ON c.id = e.content_id
     WHERE e.project_id = $1 AND e.path > $2 AND e.path > $3 AND ($4::text IS NULL OR e.path < $4)
       AND ($5::bool IS FALSE OR e.kind = 'file') ORDER BY e.path LIMIT $6`,
    [projectId, from, after, to, text !== undefined, ROWS],
  );
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

/** What is text of the contents, by their ids. */
async function textsOf(batch: Candidate[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const store of ["postgres", "gridfs"] as const) {
    const wanted = batch.filter((candidate) => candidate.store === store && candidate.size <= MAX_SEARCHED_BYTES);
    const ids = wanted.flatMap(({ contentId }) => contentId ?? []);
    if (ids.length === 0) continue;
    for (const [id, data] of await storeNamed(store).readMany(ids)) {
      if (!data.includes(0) && isUtf8(data)) texts.set(id, data.toString("utf8"));
    }
  }
  return texts;
}

interface Looking {
  match: LineMatcher | undefined;
  texts: Map<string, string> | undefined;
  deadline: number;
}

async function look(candidate: Candidate, { match, texts, deadline }: Looking): Promise<FoundFile | undefined> {
  const { path, kind, size, contentId } = candidate;
  if (match === undefined) return { path, kind, size, matches: [], more: false };
  const text = texts?.get(contentId ?? "");
  if (text === undefined) return undefined;
  const found = await matchesIn(text, match, deadline);
  return found.matches.length === 0 ? undefined : { path, kind, size, ...found };
}
