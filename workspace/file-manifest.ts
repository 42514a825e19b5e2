import { z } from "zod";
import type { TreeNode } from "../vfs/tree-manifest";

/**
 * What is at each path, as a short text that two sides agree on exactly when they hold the same: `f:<hash>`, `x:<hash>` for an
 * executable file, `l:<target>`, `d`.
 */
export type Manifest = Map<string, string>;

export function keyOf(node: TreeNode): string {
  switch (node.kind) {
    case "file":
      return `${node.executable ? "x" : "f"}:${node.hash}`;
    case "symlink":
      return `l:${node.target}`;
    case "directory":
      return "d";
  }
}

const stored = z.object({ version: z.literal(1), entries: z.record(z.string(), z.string()) });

export function serializeManifest(manifest: Manifest): string {
  return JSON.stringify({ version: 1, entries: Object.fromEntries(manifest) });
}

/** Empty for what nobody understands: then nothing is known to be the same, and nothing is overwritten. */
export function parseManifest(text: string): Manifest {
  try {
    const parsed = stored.safeParse(JSON.parse(text));
    return new Map(parsed.success ? Object.entries(parsed.data.entries) : []);
  } catch {
    return new Map();
  }
}
