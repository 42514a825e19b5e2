import { DomainError } from "../platform/errors";
import type { Manifest } from "./file-manifest";
import { quote } from "./shell";
import type { Toolbox } from "./toolbox";
import { PROJECT_FOLDER } from "./workspace";

/**
 * Folders that tools fill and that can be made again: what is in them stays in the sandbox. A project that has one of these
 * names in its own tree means it, so there the name is looked into.
 */
const GENERATED_FOLDERS: readonly string[] = [
  ...[
    "node_modules",
    "bower_components",
    ".pnpm-store",
    ".yarn",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".turbo",
    ".parcel-cache",
  ],
  ...["__pycache__", ".venv", "venv", ".tox", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints"],
  ...["target", ".gradle", "_build", "deps", "obj", ".bundle", ".cache", "dist", "build", "out", "coverage"],
  ...[".git", ".hg", ".svn"],
];

const SCAN_SECONDS = 120;
/** In a line of its own, between the parts of the answer. */
const MARK = "--vaporform--";

export interface SandboxFiles {
  manifest: Manifest;
  /** Bytes of each file. */
  sizes: Map<string, number>;
}

/**
 * What the project's folder in the sandbox holds now. Done with what every image has (find, stat, sha256sum, readlink), in one
 * command; names with a line break are passed over.
 */
export async function scanSandbox(toolbox: Toolbox, tracked: Iterable<string>): Promise<SandboxFiles> {
  const { exitCode, output } = await toolbox.exec({ command: scanCommand(tracked), timeoutSeconds: SCAN_SECONDS });
  if (exitCode !== 0) {
    const message = `the project's folder in the sandbox could not be read: ${output.slice(0, 300)}`;
    throw new DomainError("sandbox_files_unreadable", message);
  }
  return parseScan(output);
}

function scanCommand(tracked: Iterable<string>): string {
  const segments = new Set([...tracked].flatMap((path) => path.split("/").slice(0, -1)));
  const pruned = GENERATED_FOLDERS.filter((name) => !segments.has(name)).map((name) => `-name ${quote(name)}`);
  const prune = `${pruned.length === 0 ? "" : `-type d \\( ${pruned.join(" -o ")} \\) -prune -o `}! -path '*\n*'`;
  const links = `nl=$(printf '\\nx'); nl=\${nl%x}; for l; do t=$(readlink "$l"); case $t in *"$nl"*) ;; *) printf '%s\\n%s\\n' "$l" "$t";; esac; done`;
  return [
    `cd ${PROJECT_FOLDER} || exit 1`,
    `find . ${prune} -type f -exec stat -c '%a %s %n' {} + 2>/dev/null`,
    `echo ${MARK}`,
    `find . ${prune} -type f -exec sha256sum {} + 2>/dev/null`,
    `echo ${MARK}`,
    `find . ${prune} -type l -exec sh -c ${quote(links)} sh {} + 2>/dev/null`,
    "exit 0",
  ].join("\n");
}

function parseScan(output: string): SandboxFiles {
  const [modes = [], hashes = [], links = []] = output.split(`${MARK}\n`).map((part) => part.split("\n").slice(0, -1));
  const manifest: Manifest = new Map();
  const sizes = new Map<string, number>();
  const executable = new Set<string>();
  for (const line of modes) {
    const [, mode = "", size = "", name = ""] = /^(\d+) (\d+) \.\/(.*)$/.exec(line) ?? [];
    sizes.set(name, Number(size));
    if ((Number.parseInt(mode, 8) & 0o100) !== 0) executable.add(name);
  }
  for (const line of hashes) {
    const [, escaped, hash, name = ""] = /^(\\?)([0-9a-f]{64}) [ *]\.\/(.*)$/.exec(line) ?? [];
    if (hash === undefined) continue;
    const path = escaped === "" ? name : name.replaceAll("\\\\", "\\");
    manifest.set(path, `${executable.has(path) ? "x" : "f"}:${hash}`);
  }
  for (let i = 0; i + 1 < links.length; i += 2) manifest.set((links[i] ?? "").slice(2), `l:${links[i + 1]}`);
  return { manifest, sizes };
}
