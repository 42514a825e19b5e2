import { WebSocket } from "ws";

export interface ImportState {
  id: string;
  projectId: string;
  repository: string;
  status: string;
  files: number;
  bytes: number;
  failure?: { reason: string; message: string } | null;
}

export interface FileEntry {
  path: string;
  kind: "file" | "directory" | "symlink";
  size?: number;
}

export interface WorkspaceState {
  id: string;
  status: string;
  statusReason: string | null;
  mode: "development" | "daytona";
  language: string;
  daytonaSandboxId: string | null;
}

export interface ExecResult {
  exitCode: number;
  output: string;
}

/** The calls that a frontend would make, signed in as one user. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Throws an Error with the server's own message and hint. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === "" ? null : JSON.parse(text)) as T;
  }

  /** Calls `onState` for each message of the import's progress stream, until the stream ends. */
  async followImport(importId: string, onState: (state: ImportState) => void): Promise<void> {
    const socket = new WebSocket(
      `${this.url.replace(/^http/, "ws")}/github/imports/${importId}/progress`,
      "encore-ws",
      {
        headers: { authorization: `Bearer ${this.token}` },
      },
    );
    await new Promise<void>((resolve, reject) => {
      socket.on("message", (data) => {
        const message = JSON.parse(String(data)) as ImportState | { error: { message: string } };
        if ("error" in message) reject(new Error(message.error.message));
        else onState(message);
      });
      socket.on("close", () => resolve());
      socket.on("error", reject);
    });
  }

  /** All entries of the project's tree, page by page. */
  async listTree(projectId: string): Promise<FileEntry[]> {
    const entries: FileEntry[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({
        recursive: "true",
        limit: "200",
        ...(cursor === undefined ? {} : { cursor }),
      });
      const page = await this.call<{ items: FileEntry[]; nextCursor?: string }>(
        "GET",
        `/vfs/directories/${projectId}?${query}`,
      );
      entries.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return entries;
  }

  /** Asks until the workspace is in a state that lasts. Throws when it takes longer than `timeoutMs`. */
  async settledWorkspace(projectId: string, timeoutMs: number): Promise<WorkspaceState> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const workspace = await this.call<WorkspaceState>("GET", `/workspace/project/${projectId}`);
      if (workspace.status !== "pending" && workspace.status !== "starting") return workspace;
      if (Date.now() > deadline)
        throw new Error(`the workspace is still ${workspace.status}: ${workspace.statusReason}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
