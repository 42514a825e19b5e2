import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { Random } from "../../tests/torture/random";
import type { Client } from "./recorder";

/** Between two requests a user looks at what came, for up to this long. */
const LONGEST_LOOK_MS = 100;
const FILES = 40;
const FOLDERS = 5;

interface UserOptions {
  client: Client;
  /** Every run with the same one does the same. */
  seed: number;
}

interface Project {
  id: string;
  workspaceId: string;
}

interface Act {
  /** Of a hundred requests. */
  share: number;
  path: (random: Random) => [method: string, path: string, body?: string];
}

/** Reads and writes the files of a project of the user's own, and asks for what a frontend shows beside them. */
export async function workUntil(end: number, { client, seed }: UserOptions): Promise<void> {
  const random = new Random(seed);
  const project = await newProject(client, `load ${seed} ${Date.now()}`);
  const acts = actsOn(project);
  for (let file = 0; file < FILES && performance.now() < end; file++) {
    await client("PUT", fileOf(project, file), textOf(file, random));
  }
  while (performance.now() < end) {
    const [method, path, body] = chosen(acts, random).path(random);
    await client(method, path, body);
    await pause(random.below(LONGEST_LOOK_MS));
  }
  await client("DELETE", `/projects/${project.id}`);
}

async function newProject(client: Client, name: string): Promise<Project> {
  const { ok, text } = await client("POST", "/projects", JSON.stringify({ name }));
  if (!ok) throw new Error(`no project was made: ${text}`);
  return z.object({ id: z.string(), workspaceId: z.string() }).parse(JSON.parse(text));
}

function fileOf({ id }: Project, file: number): string {
  return `/vfs/files/${id}/folder-${file % FOLDERS}/file-${file}.ts`;
}

function textOf(file: number, random: Random): string {
  return `// file ${file}\n${"export const value = 1;\n".repeat(1 + random.below(400))}`;
}

function actsOn(project: Project): Act[] {
  const some = (random: Random): number => random.below(FILES);
  const always = (method: string, path: string) => (): [string, string] => [method, path];
  return [
    { share: 35, path: (random) => ["GET", fileOf(project, some(random))] },
    {
      share: 20,
      path: (random) => {
        const file = some(random);
        return ["PUT", fileOf(project, file), textOf(file, random)];
      },
    },
    { share: 12, path: always("GET", `/vfs/directories/${project.id}?recursive=true&limit=100`) },
    { share: 8, path: (random) => ["GET", fileOf(project, some(random)).replace("files", "metadata")] },
    { share: 8, path: always("GET", `/workspace/${project.workspaceId}`) },
    { share: 7, path: always("GET", "/projects") },
    { share: 5, path: always("GET", `/vfs/storage/${project.id}`) },
    { share: 3, path: always("GET", `/vfs/search/${project.id}?name=*-1*.ts`) },
    { share: 2, path: always("GET", `/vfs/archive/${project.id}`) },
  ];
}

function chosen(acts: readonly Act[], random: Random): Act {
  let left = random.below(acts.reduce((sum, { share }) => sum + share, 0));
  const found = acts.find(({ share }) => {
    left -= share;
    return left < 0;
  });
  const [first] = acts;
  if (first === undefined) throw new Error("there is nothing to do");
  return found ?? first;
}
