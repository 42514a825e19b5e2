import { type Reader, SURE } from "../reading";
import { decideRuntimeVersion } from "../runtime-version";
import { StackBuilder } from "../stack-builder";

const PHOENIX_PORT = 4000;

export const readElixir: Reader = async (folder) => {
  if (!folder.has("mix.exs")) return null;
  const file = "mix.exs";
  const text = (await folder.text(file)) ?? "";
  const phoenix = /\{:phoenix,/.test(text);
  const stack = new StackBuilder(folder, "elixir", "Elixir", {
    file,
    because: "Mix's project",
    confidence: phoenix ? SURE.framework : SURE.manifest,
  });
  const mix = { file, because: "how Mix does it", confidence: 0.95 };
  stack.decide("packageManager", "mix", mix);
  stack.decide("install", "mix deps.get", mix);
  stack.decide("build", "mix compile", mix);
  if (phoenix) {
    const requires = { file, because: "depends on phoenix", confidence: 0.95 };
    stack.decide("framework", "phoenix", requires);
    stack.decide("start", "mix phx.server", requires);
    stack.decide("port", PHOENIX_PORT, { ...requires, because: "where Phoenix listens unless told" });
  } else if (/\bmod:\s*\{/.test(text)) {
    stack.decide("start", "mix run --no-halt", { file, because: "an application", confidence: 0.8 });
  }
  stack.decide("test", "mix test", mix);
  await decideRuntimeVersion(stack, { files: [".elixir-version"], tools: ["elixir"] });
  stack.decide("runtimeVersion", /\belixir:\s*"([^"]+)"/.exec(text)?.[1], {
    file,
    because: "its elixir field",
    confidence: 1,
  });
  return stack.build();
};
