import { nodeFramework, packageManagerOf, usesTypeScript } from "./node-project";
import { pythonFramework } from "./python-project";

/** What the code at the root of a tree is. */
export interface Detection {
  /** Such as `typescript`, `python`, `go`; `unknown` when nothing tells. */
  language: string;
  /** What people call it, for the log: `Node.js/TypeScript`. */
  label: string;
  framework?: string;
  packageManager?: string;
  /** The files that decided it. */
  evidence: string[];
}

/** The tree: every path, and the text of those that are asked for. */
export interface TreeView {
  paths: readonly string[];
  /** Null for a file that is missing, or too large to be a manifest. */
  readText(path: string): Promise<string | null>;
}

interface Rule {
  language: string;
  label: string;
  /** Names at the root that tell of it. */
  manifests: RegExp;
}

/** In order: what comes first wins where several are at the root. */
const OTHER_LANGUAGES: readonly Rule[] = [
  { language: "go", label: "Go", manifests: /^go\.mod$/ },
  { language: "rust", label: "Rust", manifests: /^Cargo\.toml$/ },
  { language: "java", label: "Java", manifests: /^(pom\.xml|build\.gradle(\.kts)?)$/ },
  { language: "ruby", label: "Ruby", manifests: /^(Gemfile|.+\.gemspec)$/ },
  { language: "php", label: "PHP", manifests: /^composer\.json$/ },
  { language: "dotnet", label: ".NET", manifests: /\.(csproj|fsproj|sln)$/ },
  { language: "elixir", label: "Elixir", manifests: /^mix\.exs$/ },
  { language: "deno", label: "Deno", manifests: /^deno\.jsonc?$/ },
  { language: "cpp", label: "C/C++", manifests: /^(CMakeLists\.txt|meson\.build|configure\.ac)$/ },
];

const PYTHON_MANIFESTS = ["pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "environment.yml"];
const PYTHON_ENTRY_POINTS = ["manage.py", "main.py", "app.py", "wsgi.py", "asgi.py"];

/** Works from the manifests at the root alone; what is in folders never outvotes them. */
export async function detect(tree: TreeView): Promise<Detection> {
  const atRoot = tree.paths.filter((path) => !path.includes("/"));
  const python = atRoot.filter((name) => PYTHON_MANIFESTS.includes(name));
  const entryPoints = atRoot.filter((name) => PYTHON_ENTRY_POINTS.includes(name));
  const hasNode = atRoot.includes("package.json");
  if (python.length > 0 && (!hasNode || entryPoints.length > 0))
    return await pythonProject(tree, [...python, ...entryPoints]);
  if (hasNode) return await nodeProject(tree);
  for (const { language, label, manifests } of OTHER_LANGUAGES) {
    const evidence = atRoot.filter((name) => manifests.test(name));
    if (evidence.length > 0) return { language, label, evidence };
  }
  return byFiles(tree.paths, atRoot);
}

async function pythonProject(tree: TreeView, evidence: string[]): Promise<Detection> {
  const framework = await pythonFramework(tree, evidence);
  return { language: "python", label: "Python", ...(framework === undefined ? {} : { framework }), evidence };
}

async function nodeProject(tree: TreeView): Promise<Detection> {
  const manifest = parseObject(await tree.readText("package.json"));
  const typescript = usesTypeScript(tree.paths, manifest);
  const framework = nodeFramework(manifest);
  const { packageManager, evidence } = packageManagerOf(tree.paths, manifest);
  return {
    language: typescript ? "typescript" : "javascript",
    label: "Node.js/TypeScript",
    ...(framework === undefined ? {} : { framework }),
    packageManager,
    evidence: ["package.json", ...evidence],
  };
}

/** A manifest that is no JSON object tells nothing more than that it is there. */
function parseObject(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

const BY_ENDING: readonly { language: string; label: string; ending: RegExp }[] = [
  { language: "python", label: "Python", ending: /\.py$/ },
  { language: "typescript", label: "Node.js/TypeScript", ending: /\.tsx?$/ },
  { language: "javascript", label: "Node.js/TypeScript", ending: /\.[cm]?jsx?$/ },
  { language: "shell", label: "shell", ending: /\.sh$/ },
];

/** Without any manifest: a web page, or what most of the files are. */
function byFiles(paths: readonly string[], atRoot: string[]): Detection {
  if (atRoot.includes("index.html")) return { language: "static", label: "static web", evidence: ["index.html"] };
  const counts = BY_ENDING.map((rule) => ({ rule, files: paths.filter((path) => rule.ending.test(path)) }));
  const most = counts.reduce((a, b) => (b.files.length > a.files.length ? b : a));
  const [first] = most.files;
  if (first === undefined) return { language: "unknown", label: "unknown", evidence: [] };
  return { language: most.rule.language, label: most.rule.label, evidence: [first] };
}
