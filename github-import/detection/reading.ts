import type { Stack } from "./detection";
import type { Folder } from "./folder";

/** Reads a folder as one language; null when nothing in it tells of that language. Works on any folder, the root or an app's. */
export type Reader = (folder: Folder) => Promise<Stack | null>;

/** How sure the presence of something makes the language the folder's own. */
export const SURE = {
  /** A manifest and what is run: there is hardly another reading. */
  entryPoint: 0.95,
  /** A server framework of the language: what else is there serves it. */
  framework: 0.93,
  runnable: 0.9,
  manifest: 0.8,
  /** A manifest that mostly holds tools for something else. */
  toolsOnly: 0.6,
  /** No manifest, files alone. */
  files: 0.4,
} as const;
