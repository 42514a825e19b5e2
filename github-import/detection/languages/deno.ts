import { z } from "zod";
import { type Reader, SURE } from "../reading";
import { decideRuntimeVersion } from "../runtime-version";
import { StackBuilder } from "../stack-builder";

const names = z.record(z.string(), z.unknown()).catch({}).default({});
const denoJson = z.object({ tasks: names, imports: names });

const ENTRY_POINTS = ["main.ts", "server.ts", "mod.ts", "main.tsx", "index.ts"];
const PORT = 8000;

export const readDeno: Reader = async (folder) => {
  const manifest = folder.first("deno.json", "deno.jsonc");
  if (manifest === undefined) return null;
  const { tasks, imports } = (await folder.json(manifest, denoJson)) ?? { tasks: {}, imports: {} };
  const fresh = Object.keys(imports).some(
    (name) => name.startsWith("$fresh") || name === "fresh" || name === "@fresh/core",
  );
  // A package for Node has one for its publication beside its package.json.
  const beside = folder.has("package.json") && !folder.has("deno.lock");
  const stack = new StackBuilder(folder, "deno", "Deno", {
    file: manifest,
    because: "Deno's configuration",
    confidence: beside ? SURE.toolsOnly - 0.1 : SURE.framework,
  });
  if (fresh) stack.decide("framework", "fresh", { file: manifest, because: "imports fresh", confidence: 0.95 });
  const config = { file: manifest, because: "Deno's configuration", confidence: 0.9 };
  stack.decide("packageManager", "deno", config);
  stack.decide("install", "deno install", config);
  for (const task of ["start", "serve", "preview", "dev"]) {
    if (tasks[task] !== undefined)
      stack.decide("start", `deno task ${task}`, { ...config, because: `its task ${task}`, confidence: 1 });
  }
  if (tasks.build !== undefined)
    stack.decide("build", "deno task build", { ...config, because: "its task build", confidence: 1 });
  const entry = folder.first(...ENTRY_POINTS);
  if (entry !== undefined && entry !== "mod.ts") {
    stack.decide("start", `deno run --allow-all ${entry}`, {
      file: entry,
      because: "the entry point",
      confidence: 0.7,
    });
  }
  if (stack.get("start") !== undefined)
    stack.decide("port", PORT, { ...config, because: "where Deno listens unless told", confidence: 0.7 });
  const task = tasks.test === undefined ? "deno test" : "deno task test";
  stack.decide("test", task, { ...config, because: tasks.test === undefined ? "how Deno tests" : "its task test" });
  await decideRuntimeVersion(stack, { files: [".dvmrc", ".deno-version"], tools: ["deno"] });
  return stack.build();
};
