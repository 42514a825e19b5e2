import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { pgPool } from "../../platform/pg-pool";
import { insertProject } from "../../projects/project-store";
import { writeBatch } from "../../vfs/batch";
import { closeStores } from "../../vfs/stores";
import { putIntoGridFS, putIntoPostgres, writeOneByOne } from "./one-by-one";
import { realTree } from "./tree";

/**
 * Runs under `encore-local exec`: FOLDER COUNT ROUNDS OWNER, and MONGODB_URI for GridFS. Writes the tree by turns in both
 * ways, and prints the milliseconds of each round and the project that the last batch went into.
 */
const [folder = "", count = "", rounds = "", ownerId = ""] = process.argv.slice(2);
const uri = process.env.BENCH_MONGODB_URI ?? "";
const client = uri === "" ? undefined : new MongoClient(uri);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function newProject(): Promise<string> {
  const project = await insertProject({ ownerId, name: randomUUID(), description: "", repository: null });
  if (project === null) throw new Error("the name was taken");
  return project.id;
}

const files = await realTree(folder, Number(count));
const changes = files.map(({ path, data }) => ({ kind: "file" as const, path, content: data }));
const put = client === undefined ? await putIntoPostgres(pgPool()) : await putIntoGridFS(pgPool(), client);

// Connections, plans and code are warm before the clock runs.
await writeOneByOne(files.slice(0, 50), { pool: pgPool(), put });
await writeBatch(await newProject(), changes.slice(0, 50));

const batchMs: number[] = [];
const oneByOneMs: number[] = [];
let projectId = "";
for (let round = 0; round < Number(rounds); round++) {
  projectId = await newProject();
  batchMs.push(await timed(() => writeBatch(projectId, changes)));
  oneByOneMs.push(await timed(() => writeOneByOne(files, { pool: pgPool(), put })));
}
const bytes = files.reduce((sum, { data }) => sum + data.length, 0);
console.log(JSON.stringify({ batchMs, oneByOneMs, bytes, projectId }));
await client?.close();
await closeStores();
await pgPool().end();
