import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const MEDIA_TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Beside dist, where the bundle is that this code is in. */
const FOLDER = fileURLToPath(new URL("../explorer/", import.meta.url));

const NAME = /^\/[a-z-]+(\/[a-z-]+)?\.(css|js|svg)$/;

/** A file of the page; undefined when there is none of that name. */
export async function staticFile(name: string): Promise<{ type: string; content: Buffer } | undefined> {
  if (name !== "/" && !NAME.test(name)) return undefined;
  const file = path.join(FOLDER, name === "/" ? "index.html" : name);
  try {
    return { type: MEDIA_TYPES[path.extname(file)] ?? "", content: await readFile(file) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
