import { fileURLToPath } from "node:url";

export interface StackFrame {
  file: string;
  line: number;
  function: string | null;
  /** Such as `svc/api.ts:12:3`. */
  place: string;
}

const FRAME = /^\s*at (?:(.*) \()?((?:file:\/\/)?[^()]*?):(\d+)(?::(\d+))?\)?$/;

/** Where an error comes from, without the frames of Node and of the SDK; files are named as from the app's folder. */
export function framesOf(error: Error): StackFrame[] {
  return String(error.stack ?? "")
    .split("\n")
    .flatMap((text) => {
      const [, name, source = "", line = "", column] = FRAME.exec(text) ?? [];
      if (source === "" || source.startsWith("node:") || source.includes("node_modules/encore.dev/")) return [];
      const file = fromFolder(source.startsWith("file://") ? fileURLToPath(source) : source);
      const place = column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
      return [{ file, line: Number(line), function: name ?? null, place }];
    });
}

function fromFolder(file: string): string {
  const folder = `${process.cwd()}/`;
  return file.startsWith(folder) ? file.slice(folder.length) : file;
}
