import { randomInt, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMongoDB, type TestMongoDB } from "../support/mongodb";
import { startVaporform, type Vaporform } from "../support/vaporform";
import { VfsClient } from "../support/vfs-client";
import { expectListing, treeCommands } from "../vfs-model/commands";
import { TreeModel } from "../vfs-model/model";

const RUNS = Number(process.env.VFS_MODEL_RUNS ?? 10);
const SEED = Number(process.env.VFS_MODEL_SEED ?? randomInt(2 ** 31));

describe.each(["postgres", "gridfs"] as const)(`a project's tree on %s (VFS_MODEL_SEED=${SEED})`, (store) => {
  let scratch: string;
  let mongo: TestMongoDB | undefined;
  let server: Vaporform;

  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), "vfs-model-"));
    mongo = store === "gridfs" ? await startMongoDB() : undefined;
    server = await start();
  });

  afterAll(async () => {
    await server?.stop();
    await mongo?.close();
    await rm(scratch, { recursive: true, force: true });
  });

  function start(): Promise<Vaporform> {
    const secrets: Record<string, string> = mongo === undefined ? {} : { MongoDBURI: mongo.uri };
    // So many versions that none is pruned.
    const env = { VFS_VERSIONS: "1000" };
    return startVaporform({ dataDir: path.join(scratch, "data"), secrets, env, startTimeoutMs: 120_000 });
  }

  it(
    "does what the model does, whatever is asked of it in whatever order, also across crashes",
    async () => {
      const property = fc.asyncProperty(treeCommands, async (commands) => {
        const client = () => new VfsClient(server.url, "model");
        const real = {
          projectId: await client().createProject(randomUUID()),
          client,
          crash: async () => {
            await server.kill();
            server = await start();
          },
        };
        const model = new TreeModel();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await expectListing(model, real);
        expect(await client().check(real.projectId)).toEqual([]);
      });
      await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
    },
    RUNS * 60_000,
  );
});
