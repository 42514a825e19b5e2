import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { FileInfo } from "@daytona/toolbox-api-client";
import mime from "mime";
import { readBody, sendJson, sendStatus, sendText } from "./http";
import { bulkUpload, uploadOne } from "./uploads";

interface FilesRequest {
  url: URL;
  /** Method and path, such as `GET /files/info`. */
  route: string;
  /** The sandbox's working folder, where relative paths begin. */
  folder: string;
}

/** `/files/...`: errors have a status and no body. Paths are not confined to the sandbox, as in the real one. */
export async function handleFiles(
  req: IncomingMessage,
  res: ServerResponse,
  { url, route, folder }: FilesRequest,
): Promise<void> {
  const at = (name: string): string | undefined => {
    const value = url.searchParams.get(name);
    return value === null || value === "" ? undefined : path.resolve(folder, value);
  };
  const target = at("path");
  try {
    switch (route) {
      case "GET /files":
        return sendJson(res, 200, await listFolder(target ?? folder));
      case "GET /files/info":
        if (target === undefined) return sendStatus(res, 400);
        return sendJson(res, 200, await fileInfo(target, path.basename(target)));
      case "POST /files/folder":
        return await makeFolder(res, target, url.searchParams.get("mode"));
      case "POST /files/upload":
        return await uploadOne(req, res, target);
      case "POST /files/bulk-upload":
        return await bulkUpload(req, res, folder);
      case "POST /files/bulk-download":
        return await bulkDownload(req, res, folder);
      case "GET /files/download":
        return await download(res, target);
      case "POST /files/move":
        return await move(res, at("source"), at("destination"));
      case "DELETE /files":
        return await remove(res, target, url.searchParams.get("recursive") === "true");
      default:
        // Find, search, replace, permissions.
        sendText(res, 501, `${route} is not provided by this server`);
    }
  } catch (error) {
    sendStatus(res, statusFor(error));
  }
}

function statusFor(error: unknown): number {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return 404;
  return code === "ENOTDIR" || code === "EISDIR" ? 400 : 500;
}

async function listFolder(folder: string): Promise<FileInfo[]> {
  const names = await readdir(folder);
  return await Promise.all(names.sort().map((name) => fileInfo(path.join(folder, name), name)));
}

async function fileInfo(file: string, name: string): Promise<FileInfo> {
  const info = await stat(file);
  const permissions = info.mode & 0o777;
  return {
    name,
    isDir: info.isDirectory(),
    size: info.size,
    mode: `${info.isDirectory() ? "d" : "-"}${modeText(permissions)}`,
    permissions: `0${permissions.toString(8)}`,
    modTime: info.mtime.toISOString(),
    modifiedAt: info.mtime.toISOString(),
    owner: String(info.uid),
    group: String(info.gid),
  };
}

/** `rwxr-xr-x` */
function modeText(permissions: number): string {
  return [..."rwxrwxrwx"].map((letter, i) => (permissions & (0o400 >> i) ? letter : "-")).join("");
}

async function makeFolder(res: ServerResponse, target: string | undefined, mode: string | null): Promise<void> {
  if (target === undefined || (mode !== null && !/^[0-7]{3,4}$/.test(mode))) return sendStatus(res, 400);
  await mkdir(target, { recursive: true, mode: mode === null ? 0o755 : Number.parseInt(mode, 8) });
  sendStatus(res, 201);
}

async function download(res: ServerResponse, target: string | undefined): Promise<void> {
  if (target === undefined || (await stat(target)).isDirectory()) return sendStatus(res, 400);
  res.writeHead(200, { "Content-Type": "application/octet-stream" });
  await pipeline(createReadStream(target), res);
}

async function move(res: ServerResponse, source: string | undefined, destination: string | undefined): Promise<void> {
  if (source === undefined || destination === undefined) return sendStatus(res, 400);
  await stat(source);
  const taken = await stat(destination).then(
    () => true,
    () => false,
  );
  if (taken) return sendStatus(res, 409);
  await rename(source, destination);
  sendStatus(res, 200);
}

async function remove(res: ServerResponse, target: string | undefined, recursive: boolean): Promise<void> {
  if (target === undefined) return sendStatus(res, 400);
  if ((await stat(target)).isDirectory() && !recursive) return sendStatus(res, 400);
  await rm(target, { recursive });
  sendStatus(res, 204);
}

const BOUNDARY = "DAYTONA-FILE-BOUNDARY";

/** Always 200: one part a path, with the file or with why not. */
async function bulkDownload(req: IncomingMessage, res: ServerResponse, folder: string): Promise<void> {
  const refusal = { error: 'request body must be {"paths": [ ... ]} and non-empty' };
  let paths: unknown;
  try {
    paths = Object(JSON.parse(await readBody(req))).paths;
  } catch {
    return sendText(res, 400, JSON.stringify(refusal));
  }
  if (!Array.isArray(paths) || paths.length === 0) return sendJson(res, 400, refusal);
  res.writeHead(200, { "Content-Type": `multipart/form-data; boundary=${BOUNDARY}` });
  for (const name of paths.map(String)) {
    const target = path.resolve(folder, name);
    const info = await stat(target).catch(() => undefined);
    const disposition = (kind: string) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${kind}"; filename="${name}"; filename*=utf-8''${encodeURIComponent(name)}\r\n`;
    if (info?.isFile() === true) {
      res.write(`${disposition("file")}Content-Length: ${info.size}\r\nContent-Type: ${typeOf(name)}\r\n\r\n`);
      await pipeline(createReadStream(target), res, { end: false });
    } else {
      const text = JSON.stringify({
        statusCode: 404,
        message: `file not found: ${name}`,
        code: "FILE_NOT_FOUND",
        timestamp: new Date().toISOString(),
        path: name,
        method: "POST",
      });
      res.write(`${disposition("error")}Content-Type: application/json; charset=utf-8\r\n\r\n${text}`);
    }
    res.write("\r\n");
  }
  res.end(`--${BOUNDARY}--\r\n`);
}

function typeOf(name: string): string {
  const type = mime.getType(name) ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}
