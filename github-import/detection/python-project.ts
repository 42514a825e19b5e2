import type { TreeView } from "./detect";

const FRAMEWORKS: readonly [name: string, pattern: RegExp][] = [
  ["django", /^\s*["']?django\b/im],
  ["fastapi", /^\s*["']?fastapi\b/im],
  ["flask", /^\s*["']?flask\b/im],
  ["streamlit", /^\s*["']?streamlit\b/im],
];

/** The framework that the manifests require; `manage.py` at the root is Django's. */
export async function pythonFramework(tree: TreeView, manifests: string[]): Promise<string | undefined> {
  if (manifests.includes("manage.py")) return "django";
  for (const manifest of manifests.filter((name) => !name.endsWith(".py") || name === "setup.py")) {
    const text = (await tree.readText(manifest)) ?? "";
    // Requirements may stand side by side in a list.
    const lines = text.replace(/[,[\]]/g, "\n");
    const found = FRAMEWORKS.find(([, pattern]) => pattern.test(lines));
    if (found !== undefined) return found[0];
  }
  return undefined;
}
