import { api } from "encore.dev/api";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { parseInput } from "../platform/input";
import { decodeCursor, encodeCursor, pageLimit } from "../platform/page";
import { type ContentProblem, checkContents } from "./content-check";
import { type CountProblem, findWrongCounts } from "./tree-counts";

interface CheckProjectRequest {
  projectId: string;
  /** 1 to 200 contents; 50 when absent. Fewer where they are large. */
  limit?: number;
  /** `nextCursor` of the previous page. */
  cursor?: string;
}

interface CheckProjectResponse {
  /** What is wrong with the contents of this page. */
  items: ContentProblem[];
  /** Where the tree counts otherwise than its rows; with the first page. */
  counts: CountProblem[];
  /** How many contents were read and held to their rows, and their length. */
  contents: number;
  bytes: number;
  nextCursor?: string;
}

const CURSOR = z.tuple([z.uuid()]);

/** Reads the next contents of the project's files and versions, and tells what is not as the project's rows say. */
export const checkProject = api(
  { expose: true, auth: true, method: "POST", path: "/vfs/check/:projectId" },
  async ({ projectId, limit, cursor }: CheckProjectRequest): Promise<CheckProjectResponse> => {
    await ownedProject(projectId);
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, CURSOR);
    const page = await checkContents({
      projectId,
      after,
      limit: parseInput(z.object({ limit: pageLimit }), { limit }).limit,
    });
    return {
      items: page.problems,
      counts: cursor === undefined ? await findWrongCounts(projectId) : [],
      contents: page.contents,
      bytes: page.bytes,
      ...(page.last === undefined ? {} : { nextCursor: encodeCursor([page.last]) }),
    };
  },
);
