import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import ts from "typescript";

const NODE_MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));

/** As strict as a project may be. */
const STRICT: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noImplicitReturns: true,
  noImplicitOverride: true,
  noPropertyAccessFromIndexSignature: true,
  isolatedModules: true,
  declaration: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
};

const PLATFORMS: Record<"node" | "browser", ts.CompilerOptions> = {
  node: {
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    typeRoots: [path.join(NODE_MODULES, "@types")],
    skipLibCheck: true,
  },
  browser: { lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [] },
};

/** What the strictest compiler says of modules, given by name. */
export async function typeErrors(files: Record<string, string>, platform: keyof typeof PLATFORMS): Promise<string[]> {
  return await withFiles(files, async (folder) => {
    const names = Object.keys(files).map((name) => path.join(folder, name));
    const program = ts.createProgram(names, { ...STRICT, ...PLATFORMS[platform] });
    return ts.getPreEmitDiagnostics(program).map(({ messageText, file, start = 0 }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
      return `${path.basename(file?.fileName ?? "")}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}

/** A module that imports `./client`, bundled with it into one for Node or a browser. */
export async function bundled({ client, session }: { client: string; session: string }): Promise<string> {
  return await withFiles({ "client.ts": client, "session.ts": session }, async (folder) => {
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ["session.ts"],
      bundle: true,
      format: "esm",
      target: "es2022",
      write: false,
    });
    return outputFiles[0]?.text ?? "";
  });
}

/** A module of that text, imported. */
export async function imported<T>(text: string): Promise<T> {
  return await withFiles({ "module.mjs": text }, async (folder) => {
    return (await import(pathToFileURL(path.join(folder, "module.mjs")).href)) as T;
  });
}

async function withFiles<T>(files: Record<string, string>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "encore-local-client-"));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
