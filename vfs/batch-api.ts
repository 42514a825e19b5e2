import { api } from "encore.dev/api";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { parseInput } from "../platform/input";
import { writeBatch } from "./batch";
import type { Entry } from "./entry";

interface BatchChange {
  path: string;
  kind: "file" | "symlink" | "directory" | "delete";
  /** Of a file. */
  content?: string;
  /** How `content` holds the bytes; utf8 when absent. */
  encoding?: "utf8" | "base64";
  /** Of a file; keeps what it has when absent. */
  executable?: boolean;
  /** Of a symlink: where it points to, relative to its folder. */
  target?: string;
  /** Only if the file has this hash now, or with `*`, if there is one. */
  ifMatch?: string;
  /** Only if there is nothing at the path. */
  ifNoneMatch?: "*";
}

interface WriteBatchRequest {
  projectId: string;
  /** At most 10,000, each path once. */
  changes: BatchChange[];
}

interface WriteBatchResponse {
  /** What was written, in the order of the changes. */
  entries: Entry[];
  /** Files, symlinks and made folders that were removed. */
  deleted: number;
}

const MAX_CHANGES = 10_000;

const conditions = { path: z.string(), ifMatch: z.string().optional(), ifNoneMatch: z.literal("*").optional() };
const fileInput = z
  .object({
    ...conditions,
    kind: z.literal("file"),
    content: z.string(),
    encoding: z.enum(["utf8", "base64"]).default("utf8"),
    executable: z.boolean().optional(),
  })
  .refine(({ content, encoding }) => encoding === "utf8" || z.base64().safeParse(content).success, {
    path: ["content"],
    error: "is not base64",
  })
  .transform(({ encoding, ...change }) => ({ ...change, content: Buffer.from(change.content, encoding) }));

const changeInput = z.discriminatedUnion("kind", [
  fileInput,
  z.object({ ...conditions, kind: z.literal("symlink"), target: z.string() }),
  z.object({ ...conditions, kind: z.literal("directory") }),
  z.object({ ...conditions, kind: z.literal("delete") }),
]);
const batchInput = z.object({ changes: z.array(changeInput).max(MAX_CHANGES) });

/** Writes and deletes many files at once: all of the changes are made, or none. */
export const writeFiles = api(
  // 64 MiB: a tree of a few thousand source files, as JSON.
  { expose: true, auth: true, method: "POST", path: "/vfs/batch", bodyLimit: 67108864 },
  async ({ projectId, changes }: WriteBatchRequest): Promise<WriteBatchResponse> => {
    await ownedProject(projectId);
    return await writeBatch(projectId, parseInput(batchInput, { changes }).changes);
  },
);
