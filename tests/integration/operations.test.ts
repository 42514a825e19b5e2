import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { vaporformModel } from "../support/endpoints";

// docs/operations.md and docs/self-hosting are held to the app's own model and source.

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SERVICES = ["auth", "github-import", "platform", "projects", "vfs", "workspace"];
const model = vaporformModel();
const page = readFileSync(path.join(ROOT, "docs/operations.md"), "utf8");

/** What the rows of the table below a heading begin with. */
function rowsBelow(heading: string): string[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  return [...(section.split("\n## ")[0] ?? "").matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name = ""]) => name);
}

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
}

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

describe("docs/operations.md", () => {
  it("lists every secret", () => {
    expect(sorted(rowsBelow("Secrets"))).toEqual(sorted(model.secrets.map(({ name }) => name)));
  });

  it("lists every variable of the environment that the backend reads", () => {
    const read = /\b(?:env|environment)\.([A-Z][A-Z0-9_]+)\b|^\s+([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+): \w/gm;
    const texts = [...SERVICES, "encore-local/src/postgres"].flatMap(sources);
    const names = texts
      .flatMap((text) => [...text.matchAll(read)].map(([, direct, key]) => direct ?? key ?? ""))
      .filter((name) => name !== "PATH");
    expect(names.length).toBeGreaterThan(10);
    expect(sorted(rowsBelow("Variables"))).toEqual(sorted(names));
  });

  it("lists every metric", () => {
    expect(sorted(rowsBelow("Metrics"))).toEqual(sorted(model.metrics.map(({ name }) => name)));
  });

  it("lists every cron job, and each of them has a timer for where nobody runs cron jobs", () => {
    const jobs = sorted(model.cronJobs.map(({ name }) => name));
    expect(sorted(rowsBelow("Cron jobs"))).toEqual(jobs);
    const timers = SERVICES.flatMap(sources).flatMap((text) =>
      [...text.matchAll(/runByTimer\("([\w-]+)"/g)].map(([, name = ""]) => name),
    );
    expect(sorted(timers)).toEqual(jobs);
  });
});

const fromEnvironment = z.strictObject({ $env: z.string().regex(/^[A-Z][A-Z0-9_]*$/) });
const named = z.strictObject({ name: z.string() });
const topic = z.strictObject({ name: z.string(), subscriptions: z.record(z.string(), named) });

/** The part of Encore's schema that the file uses, as its runtime reads it. */
const infraConfig = z.strictObject({
  $schema: z.literal("https://encore.dev/schemas/infra.schema.json"),
  metadata: z.strictObject({
    app_id: z.string(),
    env_name: z.string(),
    env_type: z.enum(["production", "development", "ephemeral", "test"]),
    // Any other word may pass for a developer's machine, where 'Bearer dev:<name>' signs in.
    cloud: z.enum(["aws", "gcp", "azure", "encore"]),
    base_url: z.url(),
  }),
  graceful_shutdown: z.strictObject({ total: z.int(), shutdown_hooks: z.int(), handlers: z.int() }),
  sql_servers: z.array(
    z.strictObject({
      host: z.string(),
      tls_config: z.strictObject({ disabled: z.boolean() }),
      databases: z.record(
        z.string(),
        z.strictObject({
          username: z.string(),
          password: fromEnvironment,
          min_connections: z.int(),
          max_connections: z.int(),
        }),
      ),
    }),
  ),
  pubsub: z.array(z.strictObject({ type: z.literal("nsq"), hosts: z.string(), topics: z.record(z.string(), topic) })),
  metrics: z.strictObject({
    type: z.literal("prometheus"),
    collection_interval: z.int(),
    remote_write_url: fromEnvironment,
  }),
  secrets: z.record(z.string(), fromEnvironment),
});

describe("docs/self-hosting/infra.config.json", () => {
  const config = infraConfig.parse(
    JSON.parse(readFileSync(path.join(ROOT, "docs/self-hosting/infra.config.json"), "utf8")),
  );

  it("has every database of the app", () => {
    const databases = config.sql_servers.flatMap((server) => Object.keys(server.databases));
    expect(sorted(databases)).toEqual(sorted(model.databases.map(({ name }) => name)));
  });

  it("has every topic with every subscription", () => {
    const given = config.pubsub.flatMap(({ topics }) =>
      Object.entries(topics).flatMap(([name, { subscriptions }]) =>
        Object.keys(subscriptions).map((subscription) => `${name}/${subscription}`),
      ),
    );
    expect(sorted(given)).toEqual(sorted(model.subscriptions.map(({ topic, name }) => `${topic}/${name}`)));
    const topics = config.pubsub.flatMap((cluster) => Object.keys(cluster.topics));
    expect(sorted(topics)).toEqual(sorted(model.topics.map(({ name }) => name)));
  });

  it("has every secret, from the environment", () => {
    expect(sorted(Object.keys(config.secrets))).toEqual(sorted(model.secrets.map(({ name }) => name)));
  });

  it("takes nothing from the environment that docs/operations.md does not name", () => {
    const names = [...JSON.stringify(config).matchAll(/"\$env":"(\w+)"/g)].map(([, name = ""]) => name);
    for (const name of names) expect(page).toContain(`\`${name}\``);
  });
});
