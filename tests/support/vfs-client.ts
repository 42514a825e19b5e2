import { createHash } from "node:crypto";

/** A request that got an answer, and it was a refusal. Anything else that goes wrong leaves open whether it was carried out. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

export interface ListedFile {
  path: string;
  kind: "file" | "symlink" | "directory";
  hash?: string;
}

export type BatchChange =
  | { kind: "file"; path: string; content: string; encoding: "base64" }
  | { kind: "delete"; path: string };

export function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The file system of a server, as one user has it over HTTP. */
interface CheckPage {
  items: unknown[];
  counts: unknown[];
  nextCursor?: string;
}

export class VfsClient {
  constructor(
    private readonly url: string,
    private readonly user: string,
  ) {}

  async createProject(name: string): Promise<string> {
    return (await this.#json<{ id: string }>("POST", "/projects", { name })).id;
  }

  async put(projectId: string, path: string, data: Uint8Array): Promise<void> {
    await this.#send("PUT", `/vfs/files/${projectId}/${path}`, data);
  }

  async writeJson(projectId: string, path: string, data: Buffer): Promise<void> {
    await this.#json("POST", "/vfs/files", { projectId, path, content: data.toString("base64"), encoding: "base64" });
  }

  async batch(projectId: string, changes: BatchChange[]): Promise<void> {
    await this.#json("POST", "/vfs/batch", { projectId, changes });
  }

  async remove(projectId: string, path: string): Promise<void> {
    await this.#send("DELETE", `/vfs/files/${projectId}/${path}`);
  }

  async move(projectId: string, from: string, to: string): Promise<void> {
    await this.#json("POST", `/vfs/move/${projectId}`, { from, to, overwrite: true });
  }

  async read(projectId: string, path: string): Promise<Buffer> {
    return Buffer.from(await (await this.#send("GET", `/vfs/files/${projectId}/${path}`)).arrayBuffer());
  }

  /** Everything below a folder. */
  async list(projectId: string, folder: string): Promise<ListedFile[]> {
    const query = `recursive=true&limit=10000&path=${encodeURIComponent(folder)}`;
    return (await this.#json<{ items: ListedFile[] }>("GET", `/vfs/directories/${projectId}?${query}`)).items;
  }

  async versions(projectId: string, path: string): Promise<{ version: number; hash?: string; current: boolean }[]> {
    const { items } = await this.#json<{ items: { version: number; hash?: string; current: boolean }[] }>(
      "GET",
      `/vfs/versions/${projectId}/${path}?limit=200`,
    );
    return items;
  }

  async restore(projectId: string, path: string, version: number): Promise<void> {
    await this.#json("POST", `/vfs/restore/${projectId}`, { path, version });
  }

  async archive(projectId: string): Promise<Buffer> {
    return Buffer.from(await (await this.#send("GET", `/vfs/archive/${projectId}`)).arrayBuffer());
  }

  /** What a check of the whole project finds wrong. */
  async check(projectId: string): Promise<unknown[]> {
    const problems: unknown[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await this.#json<CheckPage>("POST", `/vfs/check/${projectId}`, {
        limit: 200,
        ...(cursor === undefined ? {} : { cursor }),
      });
      problems.push(...page.items, ...page.counts);
      if (page.nextCursor === undefined) return problems;
      cursor = page.nextCursor;
    }
  }

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body === undefined ? undefined : JSON.stringify(body));
    return (await response.json()) as T;
  }

  async #send(method: string, path: string, body?: Uint8Array | string): Promise<Response> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer dev:${this.user}`,
        ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
      },
      ...(body === undefined ? {} : { body }),
    });
    if (response.ok) return response;
    const text = await response.text();
    const { details } = JSON.parse(text) as { details: { reason?: string } | null };
    throw new Refused(response.status, details?.reason ?? "", `${method} ${path} answered ${response.status}: ${text}`);
  }
}
