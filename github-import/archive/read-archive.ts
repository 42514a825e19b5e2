import { DomainError } from "../../platform/errors";
import type { StagedEntry } from "../../vfs/staged-tree";
import type { ImportLimits } from "../limits";
import { keptLinkTarget, placeEntry } from "./entry-name";
import { gunzip } from "./gunzip";
import { KnownPaths } from "./known-paths";
import { refused, tooLarge } from "./refusal";
import { type ArchiveReport, ReportWriter } from "./report";
import { type TarEntry, TarReader } from "./tar-reader";
import { untilAborted } from "./until-aborted";

export interface ReadArchiveOptions {
  limits: ImportLimits;
  /** Only what is in this folder of the repository is read, as if it were the whole of it; "" for everything. */
  folder: string;
  /** Takes each entry; the next is read once it has. */
  onEntry: (entry: StagedEntry) => Promise<void>;
  /** Called with the counts so far, often. */
  onProgress: (report: ArchiveReport) => void;
  signal: AbortSignal;
}

/** Up to this size a file is in memory as a whole, so that it can be stored together with others. */
const SMALL_BYTES = 256 * 1024;
const LFS_POINTER = Buffer.from("version https://git-lfs.github.com/spec/v1");
const LFS_POINTER_MAX_BYTES = 1_024;
/** What a tar has for an entry besides its body: headers, a long name, the rest of the last block. */
const TAR_BYTES_PER_ENTRY = 4_096;

/**
 * Reads a repository's tar.gz as GitHub makes it. The archive is hostile input: whatever an honest one does not hold
 * refuses it as a whole (`archive_refused`, `repository_too_large`), in time and with bounded memory.
 */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  options: ReadArchiveOptions,
): Promise<ArchiveReport> {
  const { limits } = options;
  const deadline = AbortSignal.timeout(limits.milliseconds);
  const over = new AbortController();
  const packed = untilAborted(source, AbortSignal.any([options.signal, deadline, over.signal]));
  const bytes = limits.bytes + limits.files * TAR_BYTES_PER_ENTRY;
  try {
    return await new ArchiveReading(new TarReader(gunzip(packed, { ...limits, bytes })), options).run();
  } catch (error) {
    if (deadline.aborted) throw tooLarge("its import took too long");
    throw error;
  } finally {
    // Whatever is still under way comes to an end, and the connection with it.
    over.abort();
  }
}

class ArchiveReading {
  readonly #writer = new ReportWriter();
  readonly #known = new KnownPaths();
  #root: string | undefined;
  #entries = 0;
  #bytes = 0;
  #foundFolder: boolean;
  #keptAnything = false;

  constructor(
    private readonly tar: TarReader,
    private readonly options: ReadArchiveOptions,
  ) {
    this.#foundFolder = options.folder === "";
  }

  async run(): Promise<ArchiveReport> {
    const { report } = this.#writer;
    for (let entry = await this.tar.next(); entry !== undefined; entry = await this.tar.next()) {
      this.#countEntry();
      await this.#take(entry);
      this.options.onProgress(report);
    }
    report.commitId = commitIdOf(this.tar.comment);
    if (this.#root === undefined) throw new DomainError("empty_repository", "the archive is empty");
    if (!this.#foundFolder)
      throw new DomainError("folder_not_found", `there is no folder '${this.options.folder}' in the repository`);
    for (const folder of this.#known.emptyFolders()) this.#writer.skip(folder, "submodule");
    if (!this.#keptAnything && report.skippedCount === 0)
      throw new DomainError("empty_repository", "the repository has no files");
    return report;
  }

  async #take(entry: TarEntry): Promise<void> {
    this.#root ??= entry.name.split("/").find((segment) => segment !== "" && segment !== ".") ?? "";
    requireSoundLink(entry);
    const place = placeEntry(entry.name, this.#root);
    if (place.kind === "root") return;
    const path = this.#within(place.path);
    if (path === undefined) return;
    if (place.kind === "skip") {
      this.#known.fill(path);
      return this.#writer.skip(path, place.reason);
    }
    switch (entry.type) {
      case "directory":
        if (path !== "") this.#known.addFolder(path);
        return;
      case "link":
        this.#known.fill(path);
        return this.#writer.skip(path, "hard_link");
      case "symlink":
        return await this.#takeSymlink(path, entry);
      case "file":
        return await this.#takeFile(path, entry);
    }
  }

  /** The path as seen from the folder that is wanted; undefined outside of it. */
  #within(path: string): string | undefined {
    const { folder } = this.options;
    if (folder === "") return path;
    if (path !== folder && !path.startsWith(`${folder}/`)) return undefined;
    this.#foundFolder = true;
    return path.slice(folder.length + 1);
  }

  async #takeSymlink(path: string, { linkName }: TarEntry): Promise<void> {
    const target = keptLinkTarget(path, linkName);
    if (target === undefined) {
      this.#known.fill(path);
      return this.#writer.skip(path, "link_out_of_tree");
    }
    this.#note(path, null);
    await this.options.onEntry({ kind: "symlink", path, target });
  }

  async #takeFile(path: string, { size, mode }: TarEntry): Promise<void> {
    const { limits, onEntry } = this.options;
    if (size > limits.fileBytes) throw tooLarge(`'${path}' has ${size} bytes; a file may have ${limits.fileBytes}`);
    this.#bytes += size;
    if (this.#bytes > limits.bytes) throw tooLarge(`it has more than ${limits.bytes} bytes`);
    this.#note(path, size);
    this.#writer.addFile(size);
    const content = size > SMALL_BYTES ? this.tar.streamBody() : await this.tar.readBody();
    if (Buffer.isBuffer(content) && isLfsPointer(content)) this.#writer.skip(path, "lfs_pointer");
    await onEntry({ kind: "file", path, executable: (mode & 0o111) !== 0, size, content });
  }

  #note(path: string, kept: number | null): void {
    if (path === "") throw new DomainError("folder_not_found", `'${this.options.folder}' is no folder`);
    this.#keptAnything = true;
    const { before, clash } = this.#known.add(path, kept);
    if (before !== undefined) this.#writer.skip(path, "repeated_path");
    if (typeof before === "number") this.#writer.removeFile(before);
    if (clash !== undefined) this.#writer.skip(path, "name_clash");
  }

  #countEntry(): void {
    this.#entries += 1;
    if (this.#entries > this.options.limits.files)
      throw tooLarge(`it has more than ${this.options.limits.files} entries`);
  }
}

/** A hard link is never kept; one that points out of the tree was put there with intent. */
function requireSoundLink({ type, linkName }: TarEntry): void {
  if (type === "link" && (linkName.startsWith("/") || linkName.split("/").includes("..")))
    throw refused("a hard link leads out of the tree");
}

function commitIdOf(comment: string | undefined): string | null {
  return comment !== undefined && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(comment) ? comment : null;
}

function isLfsPointer(content: Buffer): boolean {
  return content.length <= LFS_POINTER_MAX_BYTES && content.subarray(0, LFS_POINTER.length).equals(LFS_POINTER);
}
