import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { MongoClient } from "mongodb";
import { freePort } from "../../encore-local/src/postgres/free-port";
import { startMongoServer } from "../mongo-server/server";

export interface TestMongoDB {
  /** Names a database that no other test uses. */
  uri: string;
  close(): Promise<void>;
}

/** A MongoDB to test with: the one at MONGODB_URI, else `mongod` from the PATH, else the small server of tests/. */
export async function startMongoDB(): Promise<TestMongoDB> {
  const database = `vaporform_test_${randomUUID().replaceAll("-", "")}`;
  const given = process.env.MONGODB_URI;
  if (given !== undefined && given !== "") return await givenServer(given, database);
  if (spawnSync("mongod", ["--version"]).status === 0) return await ownMongod(database);
  const server = await startMongoServer();
  return { uri: `${server.uri}${database}`, close: server.close };
}

async function givenServer(given: string, database: string): Promise<TestMongoDB> {
  const uri = new URL(given);
  uri.pathname = `/${database}`;
  return {
    uri: uri.href,
    async close() {
      const client = new MongoClient(uri.href);
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

async function ownMongod(database: string): Promise<TestMongoDB> {
  const folder = await mkdtemp(path.join(tmpdir(), "mongod-"));
  const port = await freePort();
  const child = spawn("mongod", ["--dbpath", folder, "--port", String(port), "--bind_ip", "127.0.0.1"], {
    stdio: "ignore",
  });
  const uri = `mongodb://127.0.0.1:${port}/${database}`;
  // The driver waits until the server answers.
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 30_000 });
  await client.connect();
  await client.close();
  return {
    uri,
    async close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
