import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Repository } from "./repository";

/** Archives that were packed already, by their commits, in a folder that goes away with `close`. */
export class KeptArchives {
  #folder: Promise<string> | undefined;
  readonly #packed = new Map<string, Promise<string>>();

  async send(repository: Repository, { commit, out }: { commit: string; out: Writable }): Promise<void> {
    const packed = this.#packed.get(commit) ?? this.#pack(repository, commit);
    this.#packed.set(commit, packed);
    await pipeline(createReadStream(await packed), out);
  }

  async close(): Promise<void> {
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true });
  }

  async #pack(repository: Repository, commit: string): Promise<string> {
    this.#folder ??= mkdtemp(path.join(tmpdir(), "github-server-"));
    const file = path.join(await this.#folder, commit);
    await repository.sendArchive(commit, createWriteStream(file));
    return file;
  }
}
