import type { Folder } from "../../folder";
import type { StackBuilder } from "../../stack-builder";
import { APPLICATION_MODULES, type PythonFramework } from "./frameworks";
import type { Requirements } from "./requirements";

interface Known {
  requirements: Requirements;
  framework: PythonFramework | undefined;
  /** The file at the root that the project is started by. */
  entry: string | undefined;
}

/** How the tool installs, and what stands before a command so that it finds what was installed. */
const TOOLS: Record<string, { install: string; run: string }> = {
  uv: { install: "uv sync", run: "uv run " },
  poetry: { install: "poetry install", run: "poetry run " },
  pdm: { install: "pdm install", run: "pdm run " },
  pipenv: { install: "pipenv install --dev", run: "pipenv run " },
};

export async function decidePythonCommands(stack: StackBuilder, known: Known): Promise<void> {
  decideInstall(stack);
  const run = TOOLS[stack.get("packageManager") ?? ""]?.run ?? "";
  await decideStart(stack, known, run);
  decideTest(stack, known, run);
}

function decideInstall(stack: StackBuilder): void {
  const { folder } = stack;
  const manager = stack.get("packageManager") ?? "";
  const requirements =
    folder.first("requirements.txt") ?? folder.files.find((name) => /^requirements.*\.txt$/.test(name));
  const conda = folder.first("environment.yml", "environment.yaml");
  const because = `how ${manager} installs`;
  stack.decide("install", TOOLS[manager]?.install, {
    file: folder.first("pyproject.toml", "Pipfile") ?? "",
    because,
    confidence: 0.9,
  });
  if (manager === "conda" && conda !== undefined) {
    stack.decide("install", `conda env update --file ${conda}`, { file: conda, because, confidence: 0.9 });
  }
  if (requirements !== undefined) {
    stack.decide("install", `pip install -r ${requirements}`, {
      file: requirements,
      because: "a list to install",
      confidence: 0.95,
    });
  }
  const manifest = folder.first("pyproject.toml", "setup.py", "setup.cfg");
  if (manifest !== undefined) {
    stack.decide("install", "pip install -e .", { file: manifest, because: "a package to install", confidence: 0.9 });
  }
}

async function decideStart(stack: StackBuilder, { framework, entry }: Known, run: string): Promise<void> {
  const { folder } = stack;
  const served = framework === undefined ? null : await serve(folder, framework);
  if (framework !== undefined && served !== null) {
    const reason = { file: served.file, because: `how ${framework.name} is run`, confidence: 0.85 };
    stack.decide("start", `${run}${served.command}`, reason);
    stack.decide("port", framework.port, { ...reason, because: `where ${framework.name} listens unless told` });
  }
  if (entry !== undefined) {
    stack.decide("start", `${run}python ${entry}`, { file: entry, because: "the entry point", confidence: 0.7 });
    stack.decide("port", framework?.port, {
      file: entry,
      because: `where ${framework?.name} listens unless told`,
      confidence: 0.6,
    });
  }
}

interface Served {
  command: string;
  /** What tells which module it is. */
  file: string;
}

async function serve(folder: Folder, { name, port, application }: PythonFramework): Promise<Served | null> {
  if (name === "django") {
    return folder.has("manage.py")
      ? { command: `python manage.py runserver 0.0.0.0:${port}`, file: "manage.py" }
      : null;
  }
  if (name === "mkdocs") {
    return folder.has("mkdocs.yml") ? { command: `mkdocs serve --dev-addr 0.0.0.0:${port}`, file: "mkdocs.yml" } : null;
  }
  const script = folder.first("app.py", "main.py", "streamlit_app.py", "src/app.py", "src/main.py");
  if (script !== undefined && name === "streamlit") {
    return { command: `streamlit run ${script} --server.address 0.0.0.0 --server.port ${port}`, file: script };
  }
  if (script !== undefined && name === "chainlit") {
    return { command: `chainlit run ${script} --host 0.0.0.0 --port ${port}`, file: script };
  }
  if (name === "reflex") return folder.has("rxconfig.py") ? { command: "reflex run", file: "rxconfig.py" } : null;
  if (application === undefined) return null;
  const found = await findApplication(folder, application);
  if (found === null) return null;
  const { module, variable, file } = found;
  if (name === "flask" || name === "quart") {
    return { command: `${name} --app ${module}:${variable} run --host 0.0.0.0 --port ${port}`, file };
  }
  return { command: `uvicorn ${module}:${variable} --host 0.0.0.0 --port ${port}`, file };
}

/** The module that makes the application, and the name it has there. */
async function findApplication(
  folder: Folder,
  application: RegExp,
): Promise<{ module: string; variable: string; file: string } | null> {
  for (const file of APPLICATION_MODULES) {
    const variable = application.exec((await folder.text(file)) ?? "")?.[1];
    if (variable === undefined) continue;
    const module = file
      .replace(/\.py$/, "")
      .replace(/\/__init__$/, "")
      .replaceAll("/", ".");
    return { module, variable, file };
  }
  return null;
}

function decideTest(stack: StackBuilder, { requirements, framework }: Known, run: string): void {
  const { folder } = stack;
  const required = requirements.files.get("pytest");
  const config = folder.first("pytest.ini", "conftest.py", "tests/conftest.py");
  const table = requirements.pyproject?.tool?.pytest === undefined ? undefined : "pyproject.toml";
  const pytest = required ?? table ?? config;
  if (pytest !== undefined) {
    stack.decide("test", `${run}pytest`, { file: pytest, because: "pytest is set up", confidence: 0.9 });
  }
  if (framework?.name === "django" && folder.has("manage.py")) {
    stack.decide("test", `${run}python manage.py test`, {
      file: "manage.py",
      because: "Django's test command",
      confidence: 0.8,
    });
  }
  const suite = ["tests", "test"].find((name) => folder.at(name).files.some((file) => /^test_.*\.py$/.test(file)));
  if (suite !== undefined) {
    stack.decide("test", `${run}python -m unittest discover -s ${suite}`, {
      file: suite,
      because: "tests for unittest",
      confidence: 0.6,
    });
  }
}
