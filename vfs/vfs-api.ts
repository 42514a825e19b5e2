import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { api } from "encore.dev/api";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { DomainError } from "../platform/errors";
import { parseInput } from "../platform/input";
import { sendError } from "../platform/raw-errors";
import { contentTypeOf } from "./content-type";
import { type Entry, findFile } from "./entry";
import { isNotModified, requestedRange, writePrecondition } from "./http";
import { requirePath } from "./path";
import { requestedLocation } from "./raw-location";
import { storeNamed } from "./stores";
import { removePath, writeFile, writeStream } from "./writing";

interface WriteFileRequest {
  projectId: string;
  path: string;
  content: string;
  /** How `content` holds the bytes; utf8 when absent. */
  encoding?: "utf8" | "base64";
  /** Keeps what the file has when absent. */
  executable?: boolean;
}

const BASE64 = z.base64();

/** Writes a whole text or a small binary file. */
export const writeFileFromJson = api(
  { expose: true, auth: true, method: "POST", path: "/vfs/files" },
  async ({ projectId, path, content, encoding, executable }: WriteFileRequest): Promise<Entry> => {
    await ownedProject(projectId);
    const bytes =
      encoding === "base64"
        ? Buffer.from(parseInput(z.object({ content: BASE64 }), { content }).content, "base64")
        : Buffer.from(content);
    const options = executable === undefined ? {} : { executable };
    return await writeFile({ projectId, path: requirePath(path) }, bytes, options);
  },
);

/** Writes a file of any size from the request's body. `If-Match` and `If-None-Match: *` make it safe against others. */
export const putFile = api.raw(
  { expose: true, auth: true, method: "PUT", path: "/vfs/files/:projectId/*path", bodyLimit: null },
  async (req, res) => {
    try {
      const location = await requestedLocation();
      const precondition = writePrecondition(req);
      const entry = await writeStream(location, req, precondition === undefined ? {} : { precondition });
      res.writeHead(200, { "Content-Type": "application/json", ETag: `"${entry.hash}"` });
      res.end(JSON.stringify(entry));
    } catch (error) {
      sendError(res, error, preconditionStatus(error));
    }
  },
);

/** The file's bytes; `If-None-Match` gives 304, `Range` a part. */
export const getFile = api.raw(
  { expose: true, auth: true, method: ["GET", "HEAD"], path: "/vfs/files/:projectId/*path" },
  async (req, res) => {
    try {
      const location = await requestedLocation();
      const { entry, hash, contentId, store } = await findFile(location);
      const headers = { ETag: `"${hash}"`, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache" };
      if (isNotModified(req, hash)) {
        res.writeHead(304, headers);
        res.end();
        return;
      }
      const range = requestedRange(req, { size: entry.size, hash });
      const length = range === undefined ? entry.size : range.end - range.start;
      res.writeHead(range === undefined ? 200 : 206, {
        ...headers,
        ...(range === undefined ? {} : { "Content-Range": `bytes ${range.start}-${range.end - 1}/${entry.size}` }),
        "Content-Type": contentTypeOf(entry.path),
        // Files are a user's own: a browser shows none of them as part of this site.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Content-Length": length,
      });
      if (req.method === "HEAD") res.end();
      else await pipeline(Readable.from(storeNamed(store).open(contentId, range)), res);
    } catch (error) {
      sendError(res, error, isRangeError(error) ? 416 : undefined);
    }
  },
);

/** Removes a file, or a folder with everything in it. */
export const deleteFile = api.raw(
  { expose: true, auth: true, method: "DELETE", path: "/vfs/files/:projectId/*path" },
  async (req, res) => {
    try {
      const location = await requestedLocation();
      await removePath(location, writePrecondition(req));
      res.writeHead(204);
      res.end();
    } catch (error) {
      sendError(res, error, preconditionStatus(error));
    }
  },
);

/** Encore has no code for 412; a raw answer can say it all the same. */
function preconditionStatus(error: unknown): number | undefined {
  return error instanceof DomainError && error.reason === "version_conflict" ? 412 : undefined;
}

function isRangeError(error: unknown): boolean {
  return error instanceof DomainError && error.reason === "range_not_satisfiable";
}
