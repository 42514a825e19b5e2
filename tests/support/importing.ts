import { randomUUID } from "node:crypto";
import type { Detection } from "../../github-import/detection/detection";
import { GitHubClient } from "../../github-import/github/github-client";
import { KnownAnswers } from "../../github-import/github/known-answers";
import type { Import, ImportEvent } from "../../github-import/import";
import { eventsSince } from "../../github-import/import-events";
import { type ImportPorts, runImport } from "../../github-import/import-job";
import { findImport, insertImport, type NewImport } from "../../github-import/import-store";
import { DEFAULT_LIMITS, type ImportLimits } from "../../github-import/limits";
import { pgPool } from "../../platform/pg-pool";
import { insertProject } from "../../projects/project-store";

/** Imports done in the test's own process, on its own database, from a server that answers as GitHub does. */
export class Importing {
  readonly workspaces: { projectId: string; detection: Detection }[] = [];
  limits: ImportLimits = DEFAULT_LIMITS;
  token: string | undefined;

  readonly #known = new KnownAnswers();

  constructor(private readonly apiUrl: string) {}

  async newProject(): Promise<string> {
    const project = await insertProject({ ownerId: "importer", name: randomUUID(), description: "", repository: null });
    if (project === null) throw new Error("the name was taken");
    return project.id;
  }

  ports(): ImportPorts {
    return {
      limits: this.limits,
      pauseSeconds: () => 0,
      github: () => this.github(),
      setLanguage: async () => undefined,
      createWorkspace: async (projectId, detection) => {
        this.workspaces.push({ projectId, detection });
      },
    };
  }

  github(): GitHubClient {
    return new GitHubClient({
      apiUrl: this.apiUrl,
      token: this.token,
      known: this.#known,
      idleMs: this.limits.idleMilliseconds,
    });
  }

  async insert(fresh: Partial<NewImport> & { projectId: string; repository: string }): Promise<string> {
    const defaults = { id: randomUUID(), ref: null, folder: "", treePath: null, overwrite: false, token: null };
    const inserted = await insertImport({ ...defaults, ...fresh });
    if (inserted === null) throw new Error("the project has an import under way");
    return inserted.id;
  }

  /** Inserts an import and runs it once; it may be waiting for its next attempt then. */
  async run(fresh: Partial<NewImport> & { projectId: string; repository: string }): Promise<Import> {
    return await this.resume(await this.insert(fresh));
  }

  async resume(id: string): Promise<Import> {
    await runImport(id, this.ports()).catch((error: Error) => {
      if (error.name !== "NotYet") throw error;
    });
    return await this.find(id);
  }

  /** Runs it until it has ended. */
  async finish(id: string): Promise<Import> {
    for (;;) {
      const state = await this.resume(id);
      if (state.finishedAt !== null) return state;
    }
  }

  async find(id: string): Promise<Import> {
    const found = await findImport(id);
    if (found === null) throw new Error(`there is no import ${id}`);
    return found;
  }

  async events(id: string): Promise<ImportEvent[]> {
    return (await eventsSince(id, 0)).events;
  }

  /** What the project's tree has: contents, `->` and a symlink's target, by path. */
  async tree(projectId: string): Promise<Record<string, string>> {
    const { rows } = await pgPool().query<{ path: string; text: string }>(
      `SELECT e.path, CASE e.kind WHEN 'symlink' THEN '->' || e.link_target ELSE COALESCE(
         (SELECT convert_from(string_agg(c.data, '' ORDER BY c.n), 'utf8') FROM vfs_chunks c WHERE c.content_id = e.content_id), '')
       END AS text FROM vfs_entries e WHERE e.project_id = $1 ORDER BY e.path`,
      [projectId],
    );
    return Object.fromEntries(rows.map(({ path, text }) => [path, text]));
  }
}
