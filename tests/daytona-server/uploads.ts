import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import busboy from "busboy";
import { sendJson, sendStatus } from "./http";

/** `POST /files/upload?path=`: multipart with one part `file`. */
export async function uploadOne(req: IncomingMessage, res: ServerResponse, target: string | undefined): Promise<void> {
  const parser = busboy({ headers: req.headers });
  const writes: Promise<number>[] = [];
  const isFolder =
    target !== undefined &&
    (await stat(target).then(
      (info) => info.isDirectory(),
      () => false,
    ));
  parser.on("file", (name, content) => {
    if (name === "file" && target !== undefined && !isFolder)
      writes.push(storeUpload(target, { content, folderMode: 0o750 }));
    else content.resume();
  });
  await pipeline(req, parser);
  await Promise.all(writes);
  sendStatus(res, writes.length === 1 ? 200 : 400);
}

/** Multipart: `files[N].path` names where `files[N].file` goes; one that fails does not keep the others out. */
export async function bulkUpload(req: IncomingMessage, res: ServerResponse, folder: string): Promise<void> {
  const parser = busboy({ headers: req.headers, preservePath: true });
  const paths = new Map<string, string>();
  const stored: { path: string; bytes: number }[] = [];
  const errors: string[] = [];
  const writes: Promise<void>[] = [];
  parser.on("field", (name, value) => paths.set(/^files\[(\d+)\]\.path$/.exec(name)?.[1] ?? name, value));
  parser.on("file", (name, content) => {
    const index = /^files\[(\d+)\]\.file$/.exec(name)?.[1] ?? name;
    const target = paths.get(index);
    if (target === undefined) {
      errors.push(`file[${index}]: missing .path metadata`);
      content.resume();
      return;
    }
    writes.push(
      storeUpload(path.resolve(folder, target), { content }).then(
        (bytes) => void stored.push({ path: target, bytes }),
        (error: NodeJS.ErrnoException) => {
          content.resume();
          errors.push(
            `${target}: create: open ${target}: ${error.code === "EISDIR" ? "is a directory" : error.message}`,
          );
        },
      ),
    );
  });
  await pipeline(req, parser);
  await Promise.all(writes);
  const files =
    stored.length === 0
      ? null
      : stored.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(({ bytes, path: p }) => ({ bytes, path: p }));
  if (errors.length > 0) sendJson(res, 400, { errors, files });
  else sendJson(res, 200, { files });
}

interface Upload {
  content: NodeJS.ReadableStream;
  /** Of folders that are made for it. */
  folderMode?: number;
}

async function storeUpload(target: string, { content, folderMode = 0o755 }: Upload): Promise<number> {
  await mkdir(path.dirname(target), { recursive: true, mode: folderMode });
  const out = createWriteStream(target);
  await pipeline(content, out);
  return out.bytesWritten;
}
