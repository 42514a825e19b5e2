import { randomUUID } from "node:crypto";
import { pgPool } from "../../platform/pg-pool";
import { insertProject } from "../../projects/project-store";
import { writeBatch } from "../../vfs/batch";
import { closeStores } from "../../vfs/stores";

/** Runs under `encore-local exec`: COUNT OWNER. Makes a project with so many files, and prints its id. */
const [count = "", ownerId = ""] = process.argv.slice(2);
const project = await insertProject({ ownerId, name: randomUUID(), description: "", repository: null });
if (project === null) throw new Error("the name was taken");
const content = Buffer.from("export {};\n");
await writeBatch(
  project.id,
  Array.from({ length: Number(count) }, (_, i) => ({
    kind: "file" as const,
    path: `src/folder-${i % 100}/file-${i}.ts`,
    content,
  })),
);
console.log(project.id);
await closeStores();
await pgPool().end();
