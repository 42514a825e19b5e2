import { api, type Query } from "encore.dev/api";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { parseInput } from "../platform/input";
import { pageLimit } from "../platform/page";
import { requireFolder } from "./path";
import { type SearchPage, searchFiles } from "./search";
import { nameMatcher, textMatcher } from "./search-pattern";

interface SearchRequest {
  projectId: string;
  /** A glob: of the name (`*.test.ts`), or with a '/' of the whole path. */
  name?: Query<string>;
  /** What a line must hold. */
  text?: Query<string>;
  /** Whether `text` is a regular expression of RE2's syntax; it is taken as it stands when absent. */
  regex?: Query<boolean>;
  /** Whether upper and lower case differ, in `name` and in `text`; they do not when absent. */
  caseSensitive?: Query<boolean>;
  /** The folder; the whole tree when absent. */
  path?: Query<string>;
  /** Files on a page: 1 to 200; 50 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page. */
  cursor?: Query<string>;
}

/** A page ends after this long, whatever it has found. */
const SEARCH_MS = 5_000;

const phrase = z.string().min(1).max(200);
const searchInput = z
  .object({ name: phrase.optional(), text: phrase.optional(), limit: pageLimit })
  .refine(({ name, text }) => name !== undefined || text !== undefined, "give a name, a text, or both");

/** Files by a glob of their names, or by the text in them, with the lines. Binary files are never searched for text. */
export const search = api(
  { expose: true, auth: true, method: "GET", path: "/vfs/search/:projectId" },
  async (request: SearchRequest): Promise<SearchPage> => {
    await ownedProject(request.projectId);
    const { name, text, limit } = parseInput(searchInput, request);
    const caseSensitive = request.caseSensitive ?? false;
    return await searchFiles({
      projectId: request.projectId,
      folder: requireFolder(request.path),
      name: name === undefined ? undefined : nameMatcher(name, { caseSensitive }),
      text: text === undefined ? undefined : textMatcher({ text, regex: request.regex ?? false, caseSensitive }),
      limit,
      cursor: request.cursor,
      milliseconds: SEARCH_MS,
    });
  },
);
