import mime from "mime";

/** Endings that mean source code here and something else in the registry of media types (`.ts` is a video there). */
const SOURCE = /\.(ts|mts|cts|tsx|jsx|rs|go|py|rb|java|kt|c|h|cc|cpp|hpp|cs|php|sh|toml|lock|vue|svelte)$/i;

/** The media type for a file's name; bytes of unknown meaning when the name tells nothing. */
export function contentTypeOf(path: string): string {
  if (SOURCE.test(path)) return "text/plain; charset=utf-8";
  const type = mime.getType(path) ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}
