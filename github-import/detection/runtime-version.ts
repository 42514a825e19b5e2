import { z } from "zod";
import type { Folder } from "./folder";
import type { StackBuilder } from "./stack-builder";

interface Names {
  /** Files that hold the version alone: `.nvmrc`. */
  files: readonly string[];
  /** What version managers call the runtime: `nodejs`. */
  tools: readonly string[];
}

const miseFile = z.object({ tools: z.record(z.string(), z.unknown()).catch({}) });

/** The version that a version manager's file names, in the folder or at the root above it. */
export async function decideRuntimeVersion(stack: StackBuilder, { files, tools }: Names): Promise<void> {
  const { folder } = stack;
  for (const file of files) {
    const version = firstWord(await folder.text(file));
    stack.decide("runtimeVersion", version?.replace(/^(v|python-|ruby-|node-)/, ""), {
      file,
      because: "names the version",
      confidence: 1,
    });
  }
  stack.decide("runtimeVersion", await toolVersion(folder, tools), {
    file: ".tool-versions",
    because: "names the version",
    confidence: 1,
  });
  for (const file of ["mise.toml", ".mise.toml"]) {
    const known = (await folder.toml(file, miseFile))?.tools ?? {};
    const version = tools.map((tool) => known[tool]).find((value) => typeof value === "string");
    stack.decide("runtimeVersion", version, { file, because: "names the version", confidence: 1 });
  }
}

function firstWord(text: string | null): string | undefined {
  const line = text?.split("\n").find((candidate) => candidate.trim() !== "" && !candidate.startsWith("#"));
  const word = line?.trim().split(/\s+/)[0];
  return word === "" ? undefined : word;
}

async function toolVersion(folder: Folder, tools: readonly string[]): Promise<string | undefined> {
  const lines = (await folder.text(".tool-versions"))?.split("\n") ?? [];
  const words = lines.map((line) => line.trim().split(/\s+/));
  return words.find(([tool = ""]) => tools.includes(tool))?.[1];
}
