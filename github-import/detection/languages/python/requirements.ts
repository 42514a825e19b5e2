import { z } from "zod";
import type { Folder } from "../../folder";

const names = z.record(z.string(), z.unknown()).catch({}).default({});
const list = z.array(z.string().catch("")).catch([]).default([]);

/** What a pyproject.toml tells: PEP 621, PEP 735, and the tables of the tools. */
export const pyproject = z.object({
  project: z
    .object({
      name: z.string().optional().catch(undefined),
      dependencies: list,
      "optional-dependencies": z.record(z.string(), list).catch({}).default({}),
      "requires-python": z.string().optional().catch(undefined),
      scripts: names,
    })
    .optional()
    .catch(undefined),
  "dependency-groups": z.record(z.string(), z.array(z.unknown())).catch({}).default({}),
  tool: z
    .object({
      poetry: z
        .object({ name: z.string().optional().catch(undefined), dependencies: names, group: z.unknown().optional() })
        .optional()
        .catch(undefined),
      pdm: z.unknown().optional(),
      pytest: z.unknown().optional(),
      uv: z
        .object({
          workspace: z.object({ members: list, exclude: list }).optional().catch(undefined),
          "dev-dependencies": list,
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

export type Pyproject = z.infer<typeof pyproject>;

const pipfile = z.object({
  packages: names,
  "dev-packages": names,
  requires: z.record(z.string(), z.string().catch("")).catch({}).default({}),
});

export type Pipfile = z.infer<typeof pipfile>;

const condaFile = z.object({
  dependencies: z.array(z.union([z.string(), z.object({ pip: list })])).catch([]),
});

/** What a Python project requires, and where it says so. */
export interface Requirements {
  pyproject: Pyproject | null;
  pipfile: Pipfile | null;
  /** File by distribution, whose name is in lower case with `-` between its words (PEP 503). */
  files: Map<string, string>;
}

export async function readRequirements(folder: Folder): Promise<Requirements> {
  const files = new Map<string, string>();
  const add = (file: string, requirements: Iterable<string>): void => {
    for (const requirement of requirements) {
      const name = distributionOf(requirement);
      if (name !== null && !files.has(name)) files.set(name, file);
    }
  };
  const project = await folder.toml("pyproject.toml", pyproject);
  if (project !== null) add("pyproject.toml", requirementsOf(project));
  const textFiles = folder.files.filter((name) => /^requirements.*\.(txt|in)$/.test(name));
  const inFolder = folder.at("requirements").files.map((name) => `requirements/${name}`);
  for (const file of [...textFiles, ...inFolder.filter((name) => name.endsWith(".txt"))]) {
    add(file, (await folder.text(file))?.split("\n") ?? []);
  }
  const pip = await folder.toml("Pipfile", pipfile);
  if (pip !== null) add("Pipfile", [...Object.keys(pip.packages), ...Object.keys(pip["dev-packages"])]);
  for (const file of ["environment.yml", "environment.yaml"]) {
    const conda = await folder.yaml(file, condaFile);
    add(file, conda?.dependencies.flatMap((entry) => (typeof entry === "string" ? [entry] : entry.pip)) ?? []);
  }
  for (const file of ["setup.py", "setup.cfg"]) add(file, quotedOrLined((await folder.text(file)) ?? ""));
  return { pyproject: project, pipfile: pip, files };
}

function* requirementsOf({ project, tool, "dependency-groups": groups }: Pyproject): Generator<string> {
  yield* project?.dependencies ?? [];
  for (const extra of Object.values(project?.["optional-dependencies"] ?? {})) yield* extra;
  for (const group of Object.values(groups)) yield* group.filter((entry) => typeof entry === "string");
  yield* Object.keys(tool?.poetry?.dependencies ?? {}).filter((name) => name !== "python");
  yield* tool?.uv?.["dev-dependencies"] ?? [];
}

/** The name at the head of a requirement: `Flask[async]>=3 ; python_version > "3.8"`. */
function distributionOf(requirement: string): string | null {
  const name = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(requirement)?.[1];
  return name === undefined ? null : name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Requirements of a setup file, which is a program: whatever stands in quotes or on a line of its own. */
function quotedOrLined(text: string): string[] {
  const quoted = [...text.matchAll(/["']([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]"'\n]*\])?\s*(?:[<>=~!][^"']*)?["']/g)];
  const lined = [...text.matchAll(/^[ \t]+([A-Za-z0-9][\w.-]*)[ \t]*(?:[<>=~!;].*)?$/gm)];
  return [...quoted, ...lined].flatMap(([, name]) => (name === undefined ? [] : [name]));
}
