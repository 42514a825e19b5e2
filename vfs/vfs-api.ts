import { api } from "encore.dev/api";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { DomainError } from "../platform/errors";
import { parseInput } from "../platform/input";
import { sendBody } from "../platform/raw-body";
import { sendError } from "../platform/raw-errors";
import { contentTypeOf } from "./content-type";
import { type Entry, findFile } from "./entry";
import { isNotModified, requestedPrecondition, requestedRange } from "./http";
import { requirePath } from "./path";
import { checkPrecondition, preconditionOf } from "./precondition";
import { requestedLocation, requestedOptions } from "./raw-location";
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
  /** Writes only while the file has this hash, or with `*`, while there is one. */
  ifMatch?: string;
  /** Writes only while there is nothing at the path. */
  ifNoneMatch?: "*";
}

const BASE64 = z.base64();

/** Writes a whole text or a small binary file. */
export const writeFileFromJson = api(
  { expose: true, auth: true, method: "POST", path: "/vfs/files" },
  async ({ projectId, path, content, encoding, ...options }: WriteFileRequest): Promise<Entry> => {
    await ownedProject(projectId);
    const bytes =
      encoding === "base64"
        ? Buffer.from(parseInput(z.object({ content: BASE64 }), { content }).content, "base64")
        : Buffer.from(content);
    const written = await writeFile({ projectId, path: requirePath(path) }, bytes, {
      executable: options.executable,
      precondition: preconditionOf(options),
    });
    return written.entry;
  },
);

/**
 * Writes a file of any size from the request's body. `If-Match` and `If-None-Match: *` make it safe against others;
 * `?executable=true` sets the executable bit, which else stays as it is.
 */
export const putFile = api.raw(
  { expose: true, auth: true, method: "PUT", path: "/vfs/files/:projectId/*path", bodyLimit: null },
  async (req, res) => {
    try {
      const location = await requestedLocation();
      const { executable } = requestedOptions(req);
      const length = req.headers["content-length"];
      const { entry, created } = await writeStream(location, req, {
        executable,
        precondition: requestedPrecondition(req),
        expectedBytes: length === undefined ? undefined : Number(length),
      });
      res.writeHead(created ? 201 : 200, { "Content-Type": "application/json", ETag: `"${entry.hash}"` });
      res.end(JSON.stringify(entry));
    } catch (error) {
      sendError(res, error, statusOf(error));
    }
  },
);

/** The file's bytes, or those of its `?version=N`; `If-None-Match` gives 304, `Range` a part. */
export const getFile = api.raw(
  { expose: true, auth: true, method: ["GET", "HEAD"], path: "/vfs/files/:projectId/*path" },
  async (req, res) => {
    try {
      const location = await requestedLocation();
      const file = await findFile(location, requestedOptions(req).version);
      const { hash, size } = file;
      const headers = { ETag: `"${hash}"`, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache" };
      const { ifMatch, ...others } = requestedPrecondition(req);
      checkPrecondition(file.path, hash, ifMatch === undefined ? {} : { ifMatch });
      if (isNotModified(others, hash)) {
        res.writeHead(304, headers);
        res.end();
        return;
      }
      // Says to whom asks for bytes beyond the end where that is; every other answer replaces it.
      res.setHeader("Content-Range", `bytes */${size}`);
      const range = req.method === "GET" ? requestedRange(req, file) : undefined;
      res.removeHeader("Content-Range");
      const head = {
        status: range === undefined ? 200 : 206,
        headers: {
          ...headers,
          ...(range === undefined ? {} : { "Content-Range": `bytes ${range.start}-${range.end - 1}/${size}` }),
          "Content-Type": await contentTypeOf(file),
          // Files are a user's own: a browser shows none of them as part of this site.
          "X-Content-Type-Options": "nosniff",
          "Content-Security-Policy": "sandbox",
          "Content-Length": range === undefined ? size : range.end - range.start,
        },
      };
      if (req.method === "HEAD") res.writeHead(head.status, head.headers).end();
      else await sendBody(res, head, storeNamed(file.store).open(file.contentId, range));
    } catch (error) {
      sendError(res, error, statusOf(error));
    }
  },
);

/** Removes a file, or a folder with everything in it. */
export const deleteFile = api.raw(
  { expose: true, auth: true, method: "DELETE", path: "/vfs/files/:projectId/*path" },
  async (req, res) => {
    try {
      const location = await requestedLocation();
      await removePath(location, requestedPrecondition(req));
      res.writeHead(204);
      res.end();
    } catch (error) {
      sendError(res, error, statusOf(error));
    }
  },
);

/** The statuses of HTTP that Encore's codes lack; a raw answer can say them all the same. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof DomainError)) return undefined;
  if (error.reason === "version_conflict") return 412;
  return error.reason === "range_not_satisfiable" ? 416 : undefined;
}
