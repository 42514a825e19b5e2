import { randomInt, randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { readArchive } from "../../github-import/archive/read-archive";
import type { ArchiveReport } from "../../github-import/archive/report";
import { DEFAULT_LIMITS } from "../../github-import/limits";
import { DomainError, type Reason } from "../../platform/errors";
import { pgPool } from "../../platform/pg-pool";
import { insertProject } from "../../projects/project-store";
import { openStagedTree } from "../../vfs/staged-tree";
import { mutatedArchive } from "../mutated-archives/mutations";
import { Random } from "../mutated-archives/random";
import { END, entry, gnuLongName, pax } from "../support/raw-tar";

/** `npm run torture:import` sets them; a seed that is printed gives the same run again. */
const RUNS = Number(process.env.IMPORT_MUTATIONS ?? 300);
const SEED = Number(process.env.IMPORT_SEED ?? randomInt(2 ** 31));

const EXPECTED: ReadonlySet<Reason> = new Set([
  "archive_refused",
  "repository_too_large",
  "empty_repository",
  "github_bad_answer",
]);

let projectId: string;

beforeAll(async () => {
  const project = await insertProject({ ownerId: "torture", name: randomUUID(), description: "", repository: null });
  projectId = project?.id ?? "";
});

/** Something of everything that archives have. */
function honestTar(random: Random): Buffer {
  const root = "owner-name-abc1234";
  const file = (name: string, length: number) => entry({ name: `${root}/${name}`, body: random.bytes(length) });
  return Buffer.concat([
    pax({ comment: "0".repeat(40) }, "g"),
    entry({ name: `${root}/`, type: "5" }),
    file("README", 700),
    file("src/index.ts", 1_500),
    entry({ name: `${root}/src/link`, type: "2", linkName: "index.ts" }),
    entry({ name: `${root}/bin/`, type: "5" }),
    entry({ name: `${root}/bin/run`, body: "#!/bin/sh\n", mode: 0o755 }),
    pax({ path: `${root}/${"folder/".repeat(20)}pax`, size: "5" }),
    entry({ name: "cut", body: "12345" }),
    gnuLongName(`${root}/${"folder/".repeat(20)}gnu`),
    entry({ name: "cut", body: "gnu", magic: "ustar  " }),
    entry({ name: `${root}/sub/`, type: "5" }),
    file("empty", 0),
    file("large", 300_000),
    END,
  ]);
}

async function importArchive(packed: Buffer): Promise<ArchiveReport> {
  const tree = await openStagedTree({ projectId, stageId: randomUUID() });
  async function* source() {
    for (let at = 0; at < packed.length; at += 40_000) yield packed.subarray(at, at + 40_000);
  }
  try {
    const report = await readArchive(source(), {
      limits: { ...DEFAULT_LIMITS, bytes: 10_000_000, milliseconds: 20_000 },
      folder: "",
      onEntry: (found) => tree.add(found),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    await tree.commit({ overwrite: true });
    return report;
  } catch (error) {
    await tree.discard();
    throw error;
  }
}

async function storedFiles(): Promise<{ files: number; bytes: number }> {
  const { rows } = await pgPool().query<{ files: number; bytes: number }>(
    `SELECT count(*)::int AS files, COALESCE(sum(length), 0)::int AS bytes FROM (
       SELECT (SELECT COALESCE(sum(length(k.data)), 0) FROM vfs_chunks k WHERE k.content_id = e.content_id) AS length
       FROM vfs_entries e WHERE e.project_id = $1 AND e.kind = 'file') AS stored`,
    [projectId],
  );
  return rows[0] ?? { files: 0, bytes: 0 };
}

it(
  `an archive with any bytes changed is imported as counted, or refused with a reason (IMPORT_SEED=${SEED})`,
  async () => {
    let imported = 0;
    let before = await storedFiles();
    for (let run = 0; run < RUNS; run++) {
      const random = new Random(SEED + run);
      const packed = mutatedArchive(honestTar(random), random);
      try {
        const { files, bytes } = await importArchive(packed);
        before = await storedFiles();
        expect(before, `run ${run} of seed ${SEED}`).toEqual({ files, bytes });
        imported += 1;
      } catch (error) {
        if (!(error instanceof DomainError)) throw new Error(`run ${run} of seed ${SEED}`, { cause: error });
        expect(EXPECTED, `run ${run} of seed ${SEED}: ${error.message}`).toContain(error.reason);
        expect(error.message).not.toMatch(/took too long/);
        expect(await storedFiles(), `run ${run} of seed ${SEED}: what was there is there`).toEqual(before);
      }
    }
    console.log(`seed ${SEED}: of ${RUNS} archives ${imported} were imported, ${RUNS - imported} refused`);
    // Both must happen, else nothing was tried.
    expect(imported).toBeGreaterThan(0);
    expect(imported).toBeLessThan(RUNS);
  },
  Math.max(120_000, RUNS * 500),
);
