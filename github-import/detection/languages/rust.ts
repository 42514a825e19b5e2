import { z } from "zod";
import { type Reader, SURE } from "../reading";
import { decideRuntimeVersion } from "../runtime-version";
import { StackBuilder } from "../stack-builder";

const FRAMEWORKS: readonly [crate: string, port: number | null][] = [
  ["leptos", 3000],
  ["dioxus", 8080],
  ["yew", 8080],
  ["tauri", null],
  ["axum", 3000],
  ["actix-web", 8080],
  ["rocket", 8000],
  ["warp", 3030],
  ["poem", 3000],
];

const names = z.record(z.string(), z.unknown()).catch({}).default({});

const cargoToml = z.object({
  package: z
    .object({ "rust-version": z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  bin: z.array(z.unknown()).catch([]).default([]),
  dependencies: names,
});

const toolchain = z.object({ toolchain: z.object({ channel: z.string() }) });

export const readRust: Reader = async (folder) => {
  if (!folder.has("Cargo.toml")) return null;
  const manifest = await folder.toml("Cargo.toml", cargoToml);
  const runs = folder.has("src/main.rs") || (manifest?.bin.length ?? 0) > 0;
  const stack = new StackBuilder(folder, "rust", "Rust", {
    file: "Cargo.toml",
    because: "Cargo's manifest",
    confidence: runs ? SURE.framework : SURE.manifest,
  });
  const framework = FRAMEWORKS.find(([crate]) => manifest?.dependencies[crate] !== undefined);
  const requires = { file: "Cargo.toml", because: `depends on ${framework?.[0]}`, confidence: 0.9 };
  stack.decide("framework", framework?.[0], requires);
  const cargo = { file: "Cargo.toml", because: "how Cargo does it", confidence: 0.95 };
  stack.decide("packageManager", "cargo", cargo);
  stack.decide("install", "cargo fetch", cargo);
  stack.decide("build", "cargo build --release", cargo);
  if (runs) {
    const file = folder.first("src/main.rs") ?? "Cargo.toml";
    stack.decide("start", "cargo run --release", { ...cargo, file, because: "a program" });
    stack.decide("port", framework?.[1], { ...requires, because: `where ${framework?.[0]} listens unless told` });
  }
  stack.decide("test", "cargo test", cargo);
  const channel = (await folder.toml("rust-toolchain.toml", toolchain))?.toolchain.channel;
  stack.decide("runtimeVersion", channel, { file: "rust-toolchain.toml", because: "its channel", confidence: 1 });
  await decideRuntimeVersion(stack, { files: ["rust-toolchain"], tools: ["rust"] });
  stack.decide("runtimeVersion", manifest?.package?.["rust-version"], {
    ...cargo,
    because: "its rust-version",
    confidence: 1,
  });
  return stack.build();
};
