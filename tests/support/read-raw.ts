import { expect } from "vitest";
import { readArchive } from "../../github-import/archive/read-archive";
import type { ArchiveReport } from "../../github-import/archive/report";
import { DEFAULT_LIMITS, type ImportLimits } from "../../github-import/limits";
import type { StagedEntry } from "../../vfs/staged-tree";
import { entry, type RawEntry } from "./raw-tar";

/** Reads an archive that a test has built, into memory. */

export const ROOT = "owner-name-abc1234";

interface Seen {
  report: ArchiveReport;
  /** Contents by path; a symlink's begins with "->". */
  tree: Record<string, string>;
  executable: string[];
}

interface ReadingOptions {
  limits?: Partial<ImportLimits>;
  folder?: string;
  /** How the archive is cut on its way here. */
  pieceBytes?: number;
}

export async function read(packed: Buffer | AsyncIterable<Buffer>, options: ReadingOptions = {}): Promise<Seen> {
  const tree: Record<string, string> = {};
  const executable = new Set<string>();
  const report = await readArchive(Buffer.isBuffer(packed) ? pieces(packed, options.pieceBytes) : packed, {
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    folder: options.folder ?? "",
    onEntry: async (found) => {
      tree[found.path] = await textOf(found);
      if (found.kind === "file" && found.executable) executable.add(found.path);
    },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  return { report, tree, executable: [...executable] };
}

async function textOf(found: StagedEntry): Promise<string> {
  if (found.kind === "symlink") return `->${found.target}`;
  if (found.content instanceof Uint8Array) return Buffer.from(found.content).toString("latin1");
  const parts: Uint8Array[] = [];
  for await (const piece of found.content) parts.push(piece);
  return Buffer.concat(parts).toString("latin1");
}

async function* pieces(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const file = (name: string, body = "x", more: RawEntry = {}) =>
  entry({ name: `${ROOT}/${name}`, body, ...more });
export const link = (name: string, linkName: string, more: RawEntry = {}) =>
  entry({ name: `${ROOT}/${name}`, type: "2", linkName, ...more });

export const refuses = async (reading: Promise<unknown>, reason: string, message?: RegExp) => {
  const error: unknown = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ reason });
  if (message !== undefined) expect(String(error)).toMatch(message);
};

/** Never ends, as a connection that stalls. */
export async function* endless(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
  await new Promise(() => undefined);
}

export async function* from(parts: Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}
