import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { Daytona, type Sandbox } from "@daytonaio/sdk";
import { pack } from "tar-stream";
import type { DaytonaServer } from "../../tests/daytona-server/server";
import { median, type Report } from "../report";

const FILES = Number(process.env.BENCH_FILES ?? 5_000);
const ROUNDS = 3;

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

/** Small files into a sandbox: one archive that is unpacked inside, as the backend does it, against the SDK's ways. */
export async function fileTransfer({ key, url }: DaytonaServer): Promise<Report> {
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
    // Once: it takes long enough to be steady.
    const single = await seconds(() => oneByOne(sandbox, files, "single"));
    const archiveSpeedupOverBulk = median(bulk) / median(archive);
    const archiveSpeedupOverOneByOne = single / median(archive);
    return {
      lines: [
        `${FILES} small files into a sandbox: ${median(archive).toFixed(2)} s as one archive, ${median(bulk).toFixed(2)} s in one ` +
          `uploadFiles, ${single.toFixed(2)} s one by one: ${archiveSpeedupOverBulk.toFixed(1)} and ` +
          `${archiveSpeedupOverOneByOne.toFixed(1)} times as fast`,
      ],
      ratios: { archiveSpeedupOverOneByOne, archiveSpeedupOverBulk },
    };
  } finally {
    await client[Symbol.asyncDispose]();
  }
}

async function asArchive(sandbox: Sandbox, files: SmallFile[], folder: string): Promise<void> {
  const tar = pack();
  const gzip = createGzip({ level: 1 });
  const packed = pipeline(tar, gzip);
  const uploaded = sandbox.fs.uploadFileStream(gzip, `${folder}.tar.gz`);
  for (const { path, data } of files) tar.entry({ name: path, mode: 0o644 }, data);
  tar.finalize();
  await Promise.all([packed, uploaded]);
  const command = `mkdir ${folder} && tar -xzmof ${folder}.tar.gz -C ${folder} && rm ${folder}.tar.gz`;
  const { exitCode, result } = await sandbox.process.executeCommand(command);
  if (exitCode !== 0) throw new Error(`the archive could not be unpacked: ${result}`);
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
