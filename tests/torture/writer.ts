import { Refused, sha256, type VfsClient } from "../support/vfs-client";
import type { Random } from "./random";

/** Hashes by path. */
type Folder = Map<string, string>;

const FILES = 8;
/** Small and in one chunk, larger than what is stored in one piece, and of several chunks. */
const SIZES = [0, 10, 2_000, 50_000, 270_000, 600_000];

/**
 * Writes within a folder of its own, one request after the other, and knows what must be there: after an answer, exactly
 * what was asked for; after a request that was cut off, that or what was there before.
 */
export class Writer {
  #settled: Folder = new Map();
  /** What would be there if the request that is under way is carried out. */
  #wanted: Folder | undefined;
  acknowledged = 0;

  constructor(
    private readonly folder: string,
    private readonly random: Random,
  ) {}

  /**
   * Writes until a request is not answered. Throws for a refusal: nothing that is asked for here may be refused, except when
   * the power goes and the database is away a moment before the server.
   */
  async run(client: VfsClient, projectId: string, powerCut: AbortSignal): Promise<void> {
    try {
      for (;;) await this.#step(client, projectId);
    } catch (error) {
      if (error instanceof Refused && !(powerCut.aborted && error.reason === "database_unavailable")) throw error;
    }
  }

  /** Holds the folder to what must be there, contents included, and goes on from what is there. */
  async verify(client: VfsClient, projectId: string): Promise<void> {
    const entries = await client.list(projectId, this.folder);
    const found: Folder = new Map(entries.map(({ path, hash }) => [path, hash ?? ""]));
    if (!equal(found, this.#settled) && (this.#wanted === undefined || !equal(found, this.#wanted))) {
      throw new Error(
        `${this.folder} is ${show(found)}; it must be ${show(this.#settled)}` +
          (this.#wanted === undefined ? "" : ` or ${show(this.#wanted)}`),
      );
    }
    this.#settled = found;
    this.#wanted = undefined;
    for (const [path, hash] of found) {
      const data = await client.read(projectId, path);
      if (sha256(data) !== hash) throw new Error(`${path} does not have the content that its hash says`);
    }
  }

  async #step(client: VfsClient, projectId: string): Promise<void> {
    const { next, send } = this.#choose(client, projectId);
    this.#wanted = next;
    await send();
    this.#settled = next;
    this.#wanted = undefined;
    this.acknowledged += 1;
  }

  #choose(client: VfsClient, projectId: string): { next: Folder; send: () => Promise<void> } {
    const next = new Map(this.#settled);
    const present = [...this.#settled.keys()];
    const dice = this.random.next();
    if (present.length > 0 && dice < 0.15) {
      const path = this.random.pick(present);
      next.delete(path);
      return { next, send: () => client.remove(projectId, path) };
    }
    if (present.length > 0 && dice < 0.3) {
      const [from, to] = [this.random.pick(present), this.#path()];
      if (from !== to) {
        next.set(to, next.get(from) ?? "");
        next.delete(from);
        return { next, send: () => client.move(projectId, from, to) };
      }
    }
    if (dice < 0.5) return this.#batch(client, projectId, next);
    const [path, data] = [this.#path(), this.#data()];
    next.set(path, sha256(data));
    const isRaw = dice < 0.75;
    const send = () => (isRaw ? client.put(projectId, path, data) : client.writeJson(projectId, path, data));
    return { next, send };
  }

  #batch(client: VfsClient, projectId: string, next: Folder): { next: Folder; send: () => Promise<void> } {
    const paths = [...new Set(Array.from({ length: FILES }, () => this.#path()))];
    const changes = paths.map((path) => {
      if (next.has(path) && this.random.next() < 0.3) {
        next.delete(path);
        return { kind: "delete" as const, path };
      }
      const data = this.#data();
      next.set(path, sha256(data));
      return { kind: "file" as const, path, content: data.toString("base64"), encoding: "base64" as const };
    });
    return { next, send: () => client.batch(projectId, changes) };
  }

  #path(): string {
    return `${this.folder}/file-${this.random.below(FILES)}`;
  }

  /** Often a content that is there already, since contents are shared. */
  #data(): Buffer {
    const size = this.random.pick(SIZES);
    return Buffer.alloc(size, `content ${this.random.below(40)} of ${size} bytes;`);
  }
}

function equal(a: Folder, b: Folder): boolean {
  return a.size === b.size && [...a].every(([path, hash]) => b.get(path) === hash);
}

function show(folder: Folder): string {
  return JSON.stringify(Object.fromEntries([...folder].map(([path, hash]) => [path, hash.slice(0, 8)])));
}
