import { fileTypeFromBuffer } from "file-type";
import mime from "mime";
import type { FileContent } from "./entry";
import { storeNamed } from "./stores";
import { beginsAsText } from "./text";

/** Endings that mean source code here and something else in the registry of media types (`.ts` is a video there). */
const SOURCE = /\.(ts|mts|cts|tsx|jsx|rs|go|py|rb|java|kt|c|h|cc|cpp|hpp|cs|php|sh|toml|lock|vue|svelte)$/i;

/** As much of a content as is needed to tell what it is. */
const HEAD_BYTES = 4_100;

/** The media type by the file's name, and where that tells nothing, by its content. */
export async function contentTypeOf({ path, size, contentId, store }: FileContent): Promise<string> {
  const named = typeByName(path);
  if (named !== undefined) return named;
  const head: Buffer[] = [];
  const range = { start: 0, end: Math.min(size, HEAD_BYTES) };
  for await (const piece of storeNamed(store).open(contentId, range)) head.push(piece);
  return await typeByContent(Buffer.concat(head));
}

export function typeByName(path: string): string | undefined {
  if (SOURCE.test(path)) return "text/plain; charset=utf-8";
  const type = mime.getType(path);
  if (type === null || type === "application/octet-stream") return undefined;
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}

export async function typeByContent(head: Buffer): Promise<string> {
  const found = await fileTypeFromBuffer(head);
  if (found !== undefined) return found.mime;
  return beginsAsText(head) ? "text/plain; charset=utf-8" : "application/octet-stream";
}
