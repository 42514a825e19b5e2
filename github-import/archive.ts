import { pipeline, Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Extract, extract, type Header } from "tar-stream";
import { DomainError } from "../platform/errors";
import type { StagedEntry } from "../vfs/staged-tree";
import { keptLinkTarget, placeEntry, refused } from "./entry-name";
import type { ImportLimits } from "./limits";

/** Something of the archive that is not in the tree as it stands there, and why. */
export interface SkippedEntry {
  path: string;
  reason: string;
}

export interface ArchiveReport {
  files: number;
  bytes: number;
  /** The commit that git wrote into the archive, if it did. */
  commitId: string | null;
  skipped: SkippedEntry[];
}

export interface ReadArchiveOptions {
  limits: ImportLimits;
  /** Takes each entry; the next is read once it has. */
  onEntry: (entry: StagedEntry) => Promise<void>;
  /** Called with the counts so far, often. */
  onProgress: (report: ArchiveReport) => void;
  signal: AbortSignal;
}

/** An entry as tar-stream hands it out: a stream with a header. */
type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** Larger steps make Node's gunzip about twice as fast. */
const GUNZIP_CHUNK_BYTES = 128 * 1024;
/** More are not reported; the rest is counted under the last. */
const MAX_SKIPPED = 1_000;
const LFS_POINTER = "version https://git-lfs.github.com/spec/v1";
const LFS_POINTER_MAX_BYTES = 1_024;

/**
 * Reads a repository's tar.gz as GitHub makes it. The archive is hostile input: whatever an honest one does not hold
 * refuses it as a whole (`archive_refused`, `repository_too_large`), in time and with bounded memory.
 */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  options: ReadArchiveOptions,
): Promise<ArchiveReport> {
  const { limits, signal } = options;
  const meter = new Meter(limits);
  const deadline = AbortSignal.timeout(limits.milliseconds);
  const tar = extract();
  const packed = Readable.from(source);
  const failed = new Promise<never>((_, reject) => {
    pipeline(
      packed,
      meter.packed(),
      createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES }),
      meter.unpacked(),
      tar,
      (error) => {
        if (error !== null && error !== undefined) reject(error);
      },
    );
  });
  const stop = AbortSignal.any([signal, deadline]);
  const onAbort = () => packed.destroy(stop.reason instanceof Error ? stop.reason : new Error("aborted"));
  stop.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([consume(tar, options), failed]);
  } catch (error) {
    if (deadline.aborted) throw new DomainError("repository_too_large", "the import took too long");
    throw translate(error);
  } finally {
    stop.removeEventListener("abort", onAbort);
    failed.catch(() => undefined);
    packed.destroy();
    tar.destroy();
  }
}

async function consume(tar: Extract, { limits, onEntry, onProgress }: ReadArchiveOptions): Promise<ArchiveReport> {
  const report: ArchiveReport = { files: 0, bytes: 0, commitId: null, skipped: [] };
  const skip = (path: string, reason: string) => {
    if (report.skipped.length < MAX_SKIPPED) report.skipped.push({ path, reason });
  };
  const emptyFolders = new Set<string>();
  const seen = new Set<string>();
  let root: string | undefined;
  for await (const entry of tar) {
    const header = entry.header;
    requireSound(header);
    report.commitId ??= commitIdOf(header);
    root ??= header.name.split("/").find((segment) => segment !== "" && segment !== ".") ?? "";
    const place = placeEntry(header.name, root);
    if (place.kind === "skip") skip(place.path, place.reason);
    if (place.kind !== "path") {
      entry.resume();
      continue;
    }
    const { path } = place;
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      emptyFolders.delete(path.slice(0, at));
    if (header.type === "directory") {
      emptyFolders.add(path);
      entry.resume();
      continue;
    }
    if (seen.has(path)) skip(path, "repeated_path");
    seen.add(path);
    const staged = header.type === "symlink" ? symlinkOf(path, header) : await fileOf(path, entry, { limits, report });
    if (staged === undefined) {
      skip(path, header.type === "symlink" ? "link_out_of_tree" : "hard_link");
      entry.resume();
      continue;
    }
    if (isLfsPointer(staged)) skip(path, "lfs_pointer");
    await onEntry(staged);
    onProgress(report);
  }
  if (root === undefined) throw new DomainError("empty_repository", "the archive is empty");
  // git archives a submodule as an empty folder, and no other empty folders.
  for (const folder of emptyFolders) skip(folder, "submodule");
  return report;
}

/** What tar-stream lets through and an honest archive does not hold. */
function requireSound({ type, size, linkname }: Header): void {
  const known: (string | null)[] = ["file", "contiguous-file", "link", "symlink", "directory"];
  if (!known.includes(type))
    throw refused(`an entry is neither a file nor a folder nor a link (${type ?? "unknown type"})`);
  if ((type === "directory" || type === "symlink" || type === "link") && (size ?? 0) > 0)
    throw refused(`a ${type} has a body`);
  if (type === "link" && (linkname?.startsWith("/") || linkname?.split("/").includes(".."))) {
    throw refused("a hard link leads out of the tree");
  }
}

function commitIdOf({ pax }: Header): string | null {
  const comment = typeof pax === "object" && pax !== null && "comment" in pax ? pax.comment : undefined;
  return typeof comment === "string" && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(comment) ? comment : null;
}

function symlinkOf(path: string, { linkname }: Header): StagedEntry | undefined {
  const target = keptLinkTarget(path, linkname ?? "");
  return target === undefined ? undefined : { kind: "symlink", path, target };
}

/** Up to this size a file is in memory as a whole, so that it can be stored together with others. */
const SMALL_BYTES = 256 * 1024;

async function fileOf(
  path: string,
  entry: Entry,
  { limits, report }: { limits: ImportLimits; report: ArchiveReport },
): Promise<StagedEntry | undefined> {
  const { type, size = 0, mode = 0 } = entry.header;
  if (type === "link") return undefined;
  if (size > limits.fileBytes) throw tooLarge(`'${path}' has ${size} bytes; a file may have ${limits.fileBytes}`);
  report.files += 1;
  report.bytes += size;
  if (report.files > limits.files) throw tooLarge(`it has more than ${limits.files} files`);
  if (report.bytes > limits.bytes) throw tooLarge(`it has more than ${limits.bytes} bytes`);
  const content = size > SMALL_BYTES ? bytesOf(entry) : await inMemory(entry);
  return { kind: "file", path, executable: (mode & 0o111) !== 0, size, content };
}

async function* bytesOf(entry: Entry): AsyncGenerator<Buffer> {
  for await (const piece of entry) yield piece as Buffer;
}

async function inMemory(entry: Entry): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of bytesOf(entry)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function isLfsPointer(entry: StagedEntry): boolean {
  return (
    entry.kind === "file" &&
    entry.size <= LFS_POINTER_MAX_BYTES &&
    Buffer.isBuffer(entry.content) &&
    entry.content.subarray(0, LFS_POINTER.length).toString("latin1") === LFS_POINTER
  );
}

/** Counts what goes in and what comes out, and stops an archive that unpacks to absurdly more than it is. */
class Meter {
  #packed = 0;
  #unpacked = 0;

  constructor(private readonly limits: ImportLimits) {}

  packed(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#packed += chunk.length;
        done(null, chunk);
      },
    });
  }

  unpacked(): Transform {
    const { ratio, ratioFromBytes } = this.limits;
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#unpacked += chunk.length;
        const absurd = this.#unpacked > ratioFromBytes && this.#unpacked > this.#packed * ratio;
        done(absurd ? tooLarge("it unpacks to far more than it is packed") : null, chunk);
      },
    });
  }
}

function tooLarge(what: string): DomainError {
  return new DomainError("repository_too_large", `the repository is too large: ${what}`);
}

/** Codes of zlib: what came is no gzip, or not all of it. */
function translate(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const { code, message } = error as { code?: string; message?: string };
  if (code?.startsWith("Z_")) return refused("it is no sound gzip", error);
  if (/tar|header|Unexpected end/i.test(message ?? "")) return refused("it is no sound tar", error);
  return error;
}
