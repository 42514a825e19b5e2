import type { Stack } from "../../detection";
import type { Folder } from "../../folder";
import { type Reader, SURE } from "../../reading";
import { decideRuntimeVersion } from "../../runtime-version";
import { StackBuilder } from "../../stack-builder";
import { decidePythonCommands } from "./commands";
import { PYTHON_FRAMEWORKS, type PythonFramework } from "./frameworks";
import { type Requirements, readRequirements } from "./requirements";

const MANIFESTS = [
  "pyproject.toml",
  "requirements.txt",
  "setup.py",
  "setup.cfg",
  "Pipfile",
  "environment.yml",
  "environment.yaml",
  "uv.lock",
  "poetry.lock",
];

/** What a Python project is started by. */
const ENTRY_POINTS = ["manage.py", "main.py", "app.py", "wsgi.py", "asgi.py", "server.py", "run.py", "__main__.py"];

export const readPython: Reader = async (folder) => {
  const entry = folder.first(...ENTRY_POINTS);
  const manifest = folder.first(...MANIFESTS) ?? folder.files.find((name) => /^requirements.*\.txt$/.test(name));
  if (manifest === undefined && entry === undefined) return null;
  return await readProject(folder, { manifest, entry });
};

interface Found {
  manifest: string | undefined;
  entry: string | undefined;
}

async function readProject(folder: Folder, { manifest, entry }: Found): Promise<Stack> {
  const stack = new StackBuilder(folder, "python", "Python", {
    file: manifest ?? entry ?? "",
    because: manifest === undefined ? "an entry point without a manifest" : "a manifest",
    confidence: manifest === undefined ? SURE.toolsOnly - 0.05 : SURE.manifest,
  });
  if (manifest !== undefined && entry !== undefined) {
    stack.confirm({ file: entry, because: "an entry point", confidence: SURE.entryPoint });
  }
  const requirements = await readRequirements(folder);
  const framework = decideFramework(stack, requirements);
  decidePackageManager(stack, requirements);
  await decidePythonCommands(stack, { requirements, framework, entry });
  await decideVersion(stack, requirements);
  return stack.build();
}

function decideFramework(stack: StackBuilder, { files }: Requirements): PythonFramework | undefined {
  const django = PYTHON_FRAMEWORKS.find(({ name }) => name === "django");
  if (stack.folder.has("manage.py") && django !== undefined) {
    stack.decide("framework", django.name, { file: "manage.py", because: "Django's entry point", confidence: 0.95 });
    return django;
  }
  const found = PYTHON_FRAMEWORKS.find(({ name }) => files.has(name));
  if (found !== undefined) {
    const file = files.get(found.name) ?? "";
    stack.decide("framework", found.name, { file, because: `requires ${found.name}`, confidence: 0.9 });
  }
  return found;
}

/** A lockfile decides, then the tables and files that belong to one tool alone, then pip. */
function decidePackageManager(stack: StackBuilder, { pyproject, pipfile }: Requirements): void {
  const { folder } = stack;
  const lockfiles = { "uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv" } as const;
  for (const [file, manager] of Object.entries(lockfiles)) {
    if (folder.has(file)) stack.decide("packageManager", manager, { file, because: "its lockfile", confidence: 0.95 });
  }
  const table = { file: "pyproject.toml", because: "its table in the manifest", confidence: 0.9 };
  if (pyproject?.tool?.poetry !== undefined) stack.decide("packageManager", "poetry", table);
  if (pyproject?.tool?.pdm !== undefined) stack.decide("packageManager", "pdm", table);
  if (pyproject?.tool?.uv !== undefined) stack.decide("packageManager", "uv", table);
  if (pipfile !== null)
    stack.decide("packageManager", "pipenv", { ...table, file: "Pipfile", because: "its manifest" });
  const others = folder.first("requirements.txt", "pyproject.toml", "setup.py", "setup.cfg");
  const conda = folder.first("environment.yml", "environment.yaml");
  if (conda !== undefined && others === undefined) {
    stack.decide("packageManager", "conda", { file: conda, because: "its environment", confidence: 0.9 });
  }
  if (others !== undefined) {
    stack.decide("packageManager", "pip", { file: others, because: "nothing names another", confidence: 0.8 });
  }
}

async function decideVersion(stack: StackBuilder, { pyproject, pipfile }: Requirements): Promise<void> {
  await decideRuntimeVersion(stack, { files: [".python-version", "runtime.txt"], tools: ["python"] });
  const poetry = pyproject?.tool?.poetry?.dependencies.python;
  const said = (file: string, field: string) => ({ file, because: `its ${field}`, confidence: 1 });
  stack.decide("runtimeVersion", pyproject?.project?.["requires-python"], said("pyproject.toml", "requires-python"));
  stack.decide("runtimeVersion", typeof poetry === "string" ? poetry : undefined, said("pyproject.toml", "python"));
  const { python_full_version: full, python_version: minor } = pipfile?.requires ?? {};
  stack.decide("runtimeVersion", full ?? minor, said("Pipfile", "requires"));
}
