import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { type HeaderList, setHeader } from "../../http/header-list";
import type { StaticConfig } from "../../model/types";
import { ApiFailure } from "../../runtime/api-error";
import { parseRange } from "./byte-range";
import { mediaTypeOf } from "./media-types";

/** The answer to a request for a file; without `file` there is no body. */
interface FileAnswer {
  status: number;
  headers: Record<string, string>;
  file?: { path: string; start: number; end: number };
}

/**
 * Serves a file of `api.static`. `wanted` is the rest of the path, decoded; undefined for the folder itself.
 * Gives the status once the file has left. @throws ApiFailure when there is no such file and the app names no other for that case.
 */
export async function serveStatic(
  config: StaticConfig,
  wanted: string | undefined,
  exchange: { request: IncomingMessage; response: ServerResponse; commonHeaders: () => HeaderList },
): Promise<number> {
  const { request, response } = exchange;
  const answer =
    (await findFile(config, `/${wanted ?? ""}`, request.headers)) ?? (await notFound(config, request.headers));
  const head = exchange.commonHeaders();
  for (const [name, value] of Object.entries(answer.headers)) setHeader(head, name, value);
  for (const [name, values] of Object.entries(config.headers ?? {})) head.push(name.toLowerCase(), values);
  response.writeHead(answer.status, head as string[]);
  if (!answer.file || request.method === "HEAD" || answer.file.end < answer.file.start) {
    response.end();
    return answer.status;
  }
  const { path: file, start, end } = answer.file;
  await pipeline(createReadStream(file, { start, end }), response);
  return answer.status;
}

async function findFile(
  config: StaticConfig,
  wanted: string,
  headers: IncomingHttpHeaders,
): Promise<FileAnswer | null> {
  const relative = safePath(wanted);
  if (relative === null) return null;
  const target = path.join(config.dir, relative);
  const found = await statOrNull(target);
  if (found?.isDirectory()) {
    if (!wanted.endsWith("/")) return { status: 307, headers: { location: `${wanted}/` } };
    const index = path.join(target, "index.html");
    const indexStat = await statOrNull(index);
    return indexStat?.isFile() ? conditional(index, indexStat, headers) : null;
  }
  return found?.isFile() ? conditional(target, found, headers) : null;
}

async function notFound(config: StaticConfig, headers: IncomingHttpHeaders): Promise<FileAnswer> {
  const file = config.notFound;
  const found = file === undefined ? null : await statOrNull(file);
  if (file === undefined || !found?.isFile()) throw ApiFailure.notFound("file not found", "file not found");
  const status = config.notFoundStatus ?? 404;
  // Served with 200 it is the app's real page for that path, as single-page apps do.
  if (status === 200) return conditional(file, found, headers);
  const { "last-modified": _, ...kept } = wholeFile(file, found).headers;
  return { ...wholeFile(file, found), status, headers: kept };
}

/** Null for what would leave the folder. Encore's runtime decodes escapes a second time here. */
function safePath(wanted: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they have no place in a path
  if (/[\x00-\x20<>`\x7f]/.test(wanted)) {
    throw ApiFailure.invalidArgument("invalid file path: invalid uri character");
  }
  const decoded = decodeOrNull(wanted.replace(/[?#].*$/, ""));
  if (decoded === null || decoded.includes("\0")) return null;
  const parts = decoded.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? null : parts.join(path.sep);
}

function decodeOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

async function statOrNull(file: string): Promise<Stats | null> {
  try {
    return await stat(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return null;
    throw new ApiFailure("internal", "failed to serve static asset", { cause: error });
  }
}

const wholeSecond = (time: number): number => Math.floor(time / 1000) * 1000;

function conditional(file: string, found: Stats, headers: IncomingHttpHeaders): FileAnswer {
  const modified = wholeSecond(found.mtimeMs);
  const unmodifiedSince = Date.parse(headers["if-unmodified-since"] ?? "");
  if (modified > unmodifiedSince) return { status: 412, headers: {} };
  const answer = ranged(file, found, headers);
  if (answer.status >= 300) return answer;
  if (modified <= Date.parse(headers["if-modified-since"] ?? "")) {
    const lastModified = answer.headers["last-modified"];
    return {
      status: 304,
      headers: { "accept-ranges": "bytes", ...(lastModified && { "last-modified": lastModified }) },
    };
  }
  return answer;
}

function ranged(file: string, found: Stats, headers: IncomingHttpHeaders): FileAnswer {
  const whole = wholeFile(file, found);
  // No entity tags are given out, so a condition on one cannot hold: the whole file is right.
  if (headers.range === undefined || headers["if-range"] !== undefined) return whole;
  const range = parseRange(headers.range, found.size);
  if (!range) {
    const { "content-length": _length, "last-modified": _modified, ...kept } = whole.headers;
    return { status: 416, headers: { ...kept, "content-range": `bytes */${found.size}` } };
  }
  const { start, end } = range;
  return {
    status: 206,
    headers: {
      ...whole.headers,
      "content-length": String(end - start + 1),
      "content-range": `bytes ${start}-${end}/${found.size}`,
    },
    file: { path: file, start, end },
  };
}

function wholeFile(file: string, found: Stats): FileAnswer {
  return {
    status: 200,
    headers: {
      "content-type": mediaTypeOf(file),
      "accept-ranges": "bytes",
      "content-length": String(found.size),
      "last-modified": new Date(found.mtimeMs).toUTCString(),
    },
    file: { path: file, start: 0, end: found.size - 1 },
  };
}
