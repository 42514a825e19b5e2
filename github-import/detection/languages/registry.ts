import type { Folder } from "../folder";
import type { Reader } from "../reading";
import { readCpp } from "./cpp";
import { readDeno } from "./deno";
import { readDotnet } from "./dotnet";
import { readElixir } from "./elixir";
import { readGo } from "./go";
import { readJava } from "./java";
import { nodeReader } from "./node/read";
import { readPhp } from "./php";
import { readPython } from "./python/read";
import { readRuby } from "./ruby";
import { readRust } from "./rust";
import { readStatic } from "./static";

/** In this order where two are equally sure. */
export function readers(root: Folder): readonly Reader[] {
  return [
    readPython,
    nodeReader(root),
    readGo,
    readRust,
    readJava,
    readRuby,
    readPhp,
    readDotnet,
    readElixir,
    readDeno,
    readCpp,
    readStatic,
  ];
}
