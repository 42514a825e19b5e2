import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { Daytona, type Sandbox } from "@daytonaio/sdk";
import { TarPieces } from "../../vfs/tar-pieces";
import { median, type Report } from "../report";
import { roundTrip, withDaytona } from "./daytona";

const FILES = Number(process.env.BENCH_FILES ?? 5_000);
/**
 * Milliseconds for a trip to Daytona and back. 20 are little for a service that is reached over the internet: users of it told of
 * more than a second for each file that they sent by itself (581 files in 803 s).
 */
const ROUND_TRIP_MS = Number(process.env.BENCH_ROUND_TRIP_MS ?? 20);
const ROUNDS = 3;
/** One by one takes as long for each file as for the one before, so a part of them tells. */
const ONE_BY_ONE = Math.min(FILES, 500);

interface SmallFile {
  path: string;
  data: Buffer;
}

/** A few hundred bytes each, twenty to a folder, the same ones each time. */
function smallFiles(): SmallFile[] {
  return Array.from({ length: FILES }, (_, i) => {
    const line = createHash("sha256").update(String(i)).digest("hex");
    const data = Buffer.from(`${line}\n`.repeat(2 + (i % 10)));
    return { path: `src/folder-${Math.floor(i / 20)}/file-${i}.ts`, data };
  });
}

/**
 * Small files into a sandbox: one archive that is unpacked inside, as the backend does it, against the SDK's ways; with a network
 * between the two, and without one, where only the work of both sides on this machine counts.
 */
export async function fileTransfer(): Promise<Report> {
  const far = await measure(ROUND_TRIP_MS);
  const near = await measure(0);
  return {
    lines: [
      describe(`${FILES} small files into a sandbox, ${ROUND_TRIP_MS} ms away`, far),
      describe("the same without any distance", near),
    ],
    ratios: {
      archiveSpeedupOverOneByOne: far.single / far.archive,
      archiveSpeedupOverBulk: far.bulk / far.archive,
      roundTripMs: ROUND_TRIP_MS,
      withoutDistance: {
        archiveSpeedupOverOneByOne: near.single / near.archive,
        archiveSpeedupOverBulk: near.bulk / near.archive,
      },
    },
  };
}

/** Seconds of each way. */
interface Ways {
  archive: number;
  bulk: number;
  single: number;
}

function describe(what: string, { archive, bulk, single }: Ways): string {
  return (
    `${what}: ${archive.toFixed(2)} s as one archive, ${bulk.toFixed(2)} s in one uploadFiles, ${single.toFixed(1)} s one by one ` +
    `(by ${ONE_BY_ONE} of them): ${(bulk / archive).toFixed(1)} and ${(single / archive).toFixed(1)} times as fast`
  );
}

async function measure(roundTripMs: number): Promise<Ways> {
  return await withDaytona(roundTripMs === 0 ? {} : roundTrip(roundTripMs), async ({ key, url }) => {
    const client = new Daytona({ apiKey: key, apiUrl: url });
    const files = smallFiles();
    try {
      const sandbox = await client.create({ name: "files" });
      const archive: number[] = [];
      const bulk: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        archive.push(await seconds(() => asArchive(sandbox, files, `archive-${round}`)));
        bulk.push(await seconds(() => inBulk(sandbox, files, `bulk-${round}`)));
      }
      const some = files.slice(0, ONE_BY_ONE);
      const single = (await seconds(() => oneByOne(sandbox, some, "single"))) * (FILES / ONE_BY_ONE);
      return { archive: median(archive), bulk: median(bulk), single };
    } finally {
      await client[Symbol.asyncDispose]();
    }
  });
}

async function asArchive(sandbox: Sandbox, files: SmallFile[], folder: string): Promise<void> {
  const gzip = createGzip({ level: 1 });
  const packed = pipeline(Readable.from(piecesOf(files)), gzip);
  await Promise.all([packed, sandbox.fs.uploadFileStream(gzip, `${folder}.tar.gz`)]);
  const command = `mkdir ${folder} && tar -xzmof ${folder}.tar.gz -C ${folder} && rm ${folder}.tar.gz`;
  const { exitCode, result } = await sandbox.process.executeCommand(command);
  if (exitCode !== 0) throw new Error(`the archive could not be unpacked: ${result}`);
}

function* piecesOf(files: SmallFile[]): Generator<Buffer> {
  const tar = new TarPieces();
  const mtime = new Date();
  for (const { path, data } of files) {
    const piece = tar.add({ name: path, type: "file", mode: 0o644, size: data.length, mtime }, data);
    if (piece !== undefined) yield piece;
  }
  yield tar.end();
}

async function inBulk(sandbox: Sandbox, files: SmallFile[], folder: string): Promise<void> {
  await sandbox.fs.uploadFiles(files.map(({ path, data }) => ({ source: data, destination: `${folder}/${path}` })));
}

async function oneByOne(sandbox: Sandbox, files: SmallFile[], folder: string): Promise<void> {
  for (const { path, data } of files) await sandbox.fs.uploadFile(data, `${folder}/${path}`);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}
