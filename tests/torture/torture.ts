import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startMongoDB } from "../support/mongodb";
import { writeSecrets } from "../support/secrets-file";
import { startVaporform, type Vaporform } from "../support/vaporform";
import { VfsClient } from "../support/vfs-client";
import { Random } from "./random";
import { Writer } from "./writer";

export interface TortureOptions {
  store: "postgres" | "gridfs";
  kills: number;
  /** Decides what is written and when the server is killed. */
  seed: number;
  onKill?: (kill: number, acknowledged: number) => void;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WRITERS = 6;
/** A kill comes after one to so many further writes were acknowledged, and within this time after the last of them. */
const MAX_WRITES = 40;
const MAX_PAUSE_MS = 50;
const START_TIMEOUT_MS = 300_000;
/** A line of the server's log that explains a failure. */
const COMPLAINT = /"level":"(?:warn|error)"/;

/**
 * Kills the server again and again while it is written to; half of the times PostgreSQL dies with it, as in a power cut.
 * After each start every acknowledged write must be there, no request may have been carried out by half, and each file
 * must be what its row says. In the end nothing may be left over that no row speaks of. Gives the number of writes.
 */
export async function torture({ store, kills, seed, onKill }: TortureOptions): Promise<number> {
  const random = new Random(seed);
  const scratch = await mkdtemp(path.join(tmpdir(), "vfs-torture-"));
  const dataDir = path.join(scratch, "data");
  const mongo = store === "gridfs" ? await startMongoDB() : undefined;
  const secrets: Record<string, string> = mongo === undefined ? {} : { MongoDBURI: mongo.uri };
  const start = () => startVaporform({ dataDir, secrets, startTimeoutMs: START_TIMEOUT_MS });
  let server = await start();
  try {
    const projectId = await new VfsClient(server.url, "torture").createProject(`torture ${seed}`);
    const writers = Array.from(
      { length: WRITERS },
      (_, i) => new Writer(`writer-${i}`, new Random(random.below(2 ** 31))),
    );
    for (let kill = 1; kill <= kills; kill++) {
      const client = new VfsClient(server.url, "torture");
      const powerCut = new AbortController();
      try {
        const running = Promise.all(writers.map((writer) => writer.run(client, projectId, powerCut.signal)));
        const enough = acknowledgedBy(writers) + 1 + random.below(MAX_WRITES);
        while (acknowledgedBy(writers) < enough) {
          const gone = await Promise.race([running.then(() => true), pause(2)]);
          if (gone === true) throw new Error("the server ended by itself");
        }
        await pause(random.below(MAX_PAUSE_MS));
        const withDatabase = random.next() < 0.5;
        if (withDatabase) powerCut.abort();
        await crash(server, { dataDir, withDatabase });
        await running;
        server = await start();
        const again = new VfsClient(server.url, "torture");
        for (const writer of writers) await writer.verify(again, projectId);
        const problems = await again.check(projectId);
        if (problems.length > 0) throw new Error(`the check found ${JSON.stringify(problems)}`);
      } catch (cause) {
        const when = powerCut.signal.aborted ? "with a power cut" : "without a power cut";
        const said = server.lines.filter((line) => COMPLAINT.test(line)).slice(-10);
        // A database that was left behind would go on writing into what is removed now.
        await crash(server, { dataDir, withDatabase: true }).catch(() => undefined);
        throw new Error(`round ${kill}, ${when}; the server said:\n${said.join("\n")}`, { cause });
      }
      onKill?.(kill, acknowledgedBy(writers));
    }
    await requireClean({ scratch, dataDir, secrets });
    return acknowledgedBy(writers);
  } finally {
    await server.stop();
    await mongo?.close();
    await rm(scratch, { recursive: true, force: true, maxRetries: 10 });
  }
}

function acknowledgedBy(writers: readonly Writer[]): number {
  return writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** PostgreSQL's immediate shutdown writes nothing more: the next start recovers from its log, as after a power cut. */
async function crash(server: Vaporform, { dataDir, withDatabase }: { dataDir: string; withDatabase: boolean }) {
  if (withDatabase) {
    const [pid = ""] = (await readFile(path.join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n");
    process.kill(Number(pid), "SIGQUIT");
  }
  await server.kill();
}

/** The operator's own command, with no grace: whatever the kills left behind must have a row or a note. */
async function requireClean({
  scratch,
  dataDir,
  secrets,
}: {
  scratch: string;
  dataDir: string;
  secrets: Record<string, string>;
}): Promise<void> {
  const file = await writeSecrets(scratch, secrets);
  const cli = path.join(ROOT, "encore-local/bin/encore-local.mjs");
  const args = ["exec", "--data-dir", dataDir, "--secrets", file, "--", "tsx", "vfs/commands/check.ts"];
  const options = { cwd: ROOT, env: { ...process.env, NODE_ENV: "", VITEST: "" } };
  // Ends with another code than 0, and so throws with what it printed, when anything is wrong.
  await promisify(execFile)(process.execPath, [cli, ...args, "--grace", "0"], options);
}
