import { z } from "zod";
import { type Reader, SURE } from "../reading";
import { StackBuilder } from "../stack-builder";

const globalJson = z.object({ sdk: z.object({ version: z.string() }) });

const PORT = 5000;

/** A solution or project at the root; projects of a solution may lie below. */
export const readDotnet: Reader = async (folder) => {
  const manifest = folder.files.find((name) => /\.slnx?$/.test(name)) ?? folder.files.find(isProject);
  if (manifest === undefined) return null;
  const texts = new Map<string, string>();
  for (const file of projectFiles(folder.everyFile())) texts.set(file, (await folder.text(file)) ?? "");
  const projects = [...texts];
  const web = projects.find(([, text]) => text.includes("Microsoft.NET.Sdk.Web"));
  const program = web ?? projects.find(([, text]) => /<OutputType>\s*(Win)?Exe/i.test(text));
  const stack = new StackBuilder(folder, "dotnet", ".NET", {
    file: manifest,
    because: isProject(manifest) ? "a project" : "a solution",
    confidence: program === undefined ? SURE.manifest : SURE.framework,
  });
  if (web !== undefined) {
    const [file, text] = web;
    const blazor = /Components\.WebAssembly|Blazor/.test(text);
    stack.decide("framework", blazor ? "blazor" : "aspnetcore", { file, because: "its SDK", confidence: 0.95 });
  }
  const cli = { file: manifest, because: "how the SDK does it", confidence: 0.95 };
  stack.decide("packageManager", "nuget", cli);
  stack.decide("install", "dotnet restore", cli);
  stack.decide("build", "dotnet build --configuration Release", cli);
  if (program !== undefined) {
    const [file] = program;
    const urls = web === undefined ? "" : ` --urls http://0.0.0.0:${PORT}`;
    const project = file.includes("/") || projects.length > 1 ? ` --project ${file}` : "";
    stack.decide("start", `dotnet run${project}${urls}`, { file, because: "a program", confidence: 0.85 });
    if (web !== undefined) stack.decide("port", PORT, { file, because: "the start command", confidence: 0.85 });
  }
  const tested = projects.find(([, text]) => text.includes("Microsoft.NET.Test.Sdk"));
  if (tested !== undefined) {
    stack.decide("test", "dotnet test", { file: tested[0], because: "a project of tests", confidence: 0.95 });
  }
  const pinned = (await folder.json("global.json", globalJson))?.sdk.version;
  stack.decide("runtimeVersion", pinned, { file: "global.json", because: "its sdk.version", confidence: 1 });
  for (const [file, text] of program === undefined ? projects : [program, ...projects]) {
    const version = /<TargetFrameworks?>[^<]*?net(?:coreapp)?(\d+\.\d+)/.exec(text)?.[1];
    stack.decide("runtimeVersion", version, { file, because: "its target framework", confidence: 0.95 });
  }
  return stack.build();
};

/** As many as tell what a solution is; some have hundreds. */
const MAX_PROJECTS = 50;

function isProject(name: string): boolean {
  return /\.(csproj|fsproj|vbproj)$/.test(name);
}

function projectFiles(files: Iterable<string>): string[] {
  return [...files].filter(isProject).sort().slice(0, MAX_PROJECTS);
}
