import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { MongoClient } from "mongodb";
import { readArchive } from "../../github-import/archive/read-archive";
import { DEFAULT_LIMITS } from "../../github-import/limits";
import { pgPool } from "../../platform/pg-pool";
import { putIntoGridFS, putIntoPostgres, writeOneByOne } from "../vfs/one-by-one";
import type { TreeFile } from "../vfs/tree";

/** Runs under `encore-local exec`: ARCHIVE COUNT, and BENCH_MONGODB_URI for GridFS. Prints the milliseconds for so many files. */
const [archive = "", count = ""] = process.argv.slice(2);
const uri = process.env.BENCH_MONGODB_URI ?? "";
const client = uri === "" ? undefined : new MongoClient(uri);
const put = client === undefined ? await putIntoPostgres(pgPool()) : await putIntoGridFS(pgPool(), client);

const files: TreeFile[] = [];
let total = 0;
await readArchive(createReadStream(archive), {
  limits: DEFAULT_LIMITS,
  folder: "",
  onProgress: () => undefined,
  signal: new AbortController().signal,
  onEntry: async (entry) => {
    if (entry.kind !== "file") return;
    total += 1;
    if (files.length >= Number(count)) return;
    const data = Buffer.isBuffer(entry.content) ? entry.content : await buffer(Readable.from(entry.content));
    files.push({ path: entry.path, data });
  },
});
await writeOneByOne(files.slice(0, 50), { pool: pgPool(), put });
const from = performance.now();
await writeOneByOne(files, { pool: pgPool(), put });
console.log(JSON.stringify({ ms: performance.now() - from, written: files.length, files: total }));
await client?.close();
await pgPool().end();
