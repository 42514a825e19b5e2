import { describe, expect, it } from "vitest";
import { API, diagnose, expectDiagnostic, SERVICE } from "./support/diagnose";

const CRON = `${API}import { CronJob } from "encore.dev/cron";\nexport const e = api({}, async () => {});\n`;
const METRICS = 'import { Counter, CounterGroup, Gauge, GaugeGroup } from "encore.dev/metrics";\n';
const PUBSUB = 'import { Subscription, Topic } from "encore.dev/pubsub";\n';
const TOPIC = `${PUBSUB}export const t = new Topic<{ x: string }>("t", { deliveryGuarantee: "at-least-once" });\n`;
const SECRET = 'import { secret } from "encore.dev/config";\n';
const SQL = 'import { SQLDatabase } from "encore.dev/storage/sqldb";\n';
const DB = `${SQL}export const db = new SQLDatabase("d");\n`;
const handler = "handler: async () => {}";

describe("Encore's parser refuses, and so does check,", () => {
  it.each([
    ["a secret inside a function", `${SECRET}export function f() { const s = ▶secret("S"); return s; }`, "E1101"],
    ["a secret with a computed name", `${SECRET}const n = "S";\nexport const s = secret(▶n);`, "E1002"],
    ["a secret bound to nothing", `${SECRET}▶secret("S");`, "E1102"],
    ["a secret without a name", `${SECRET}export const s = ▶secret();`, "E1005"],
    [
      "a secret through its package's namespace",
      'import * as config from "encore.dev/config";\nexport const s = ▶config.secret("S");',
      "E1406",
    ],

    ["'..' in migrations", `${SQL}export const db = new SQLDatabase("d", { migrations: ▶"../m" });`, "E1403"],
    ["an absolute path of migrations", `${SQL}export const db = new SQLDatabase("d", { migrations: ▶"/m" });`, "E1403"],
    [
      "migrations that are not there",
      `${SQL}export const db = new SQLDatabase("d", { migrations: ▶"./no" });`,
      "E1404",
    ],
    [
      "migrations that are no folder",
      `${SQL}export const db = new SQLDatabase("d", { migrations: ▶"./a.ts" });`,
      "E1404",
    ],
    [
      "migrations through a variable",
      `${SQL}const m = "./m";\nexport const db = new SQLDatabase("d", { migrations: ▶m });`,
      "E1002",
    ],
    [
      "migrations of an unknown tool",
      `${SQL}export const db = new SQLDatabase("d", { migrations: { path: ".", source: ▶"flyway" } });`,
      "E1003",
    ],
    [
      "migrations of a tool without a path",
      `${SQL}export const db = new SQLDatabase("d", { migrations: ▶{ source: "prisma" } });`,
      "E1005",
    ],
    [
      "an option that a database has not",
      `${SQL}export const db = new SQLDatabase("d", { ▶migration: "." });`,
      "E1004",
    ],
    ["a database without a name", `${SQL}export const db = ▶new SQLDatabase();`, "E1005"],
    [
      "two databases of one name",
      `${SQL}export const a = new SQLDatabase("d");\nexport const b = ▶new SQLDatabase("d");`,
      "E1103",
    ],
    ["a reference to a database that there is not", `${SQL}export const db = ▶SQLDatabase.named("d");`, "E1503"],
    ["a statement that is no SQL", `${DB}export const f = () => db.query▶\`SELEC 1\`;`, "E1506"],
    [
      "a value in place of a table",
      `${DB}export const f = (t: string) => db.queryRow▶\`SELECT 1 FROM \${t}\`;`,
      "E1506",
    ],
    ["a raw statement that is no SQL", `${DB}export const f = () => db.rawExec(▶"DELETE items");`, "E1506"],
    ["a database that is returned", `${DB}export const f = () => { return ▶db; };`, "E1505"],
    ["a database within an object", `${DB}export const f = (g: (x: unknown) => void) => g({ ▶db });`, "E1505"],
    ["a database under another name", `${DB}export const other = ▶db;`, "E1505"],

    [
      "a topic without its message's type",
      `${PUBSUB}export const t = ▶new Topic("t", { deliveryGuarantee: "at-least-once" });`,
      "E1005",
    ],
    ["a topic without options", `${PUBSUB}export const t = ▶new Topic<{ x: string }>("t");`, "E1005"],
    [
      "an unknown guarantee",
      `${PUBSUB}export const t = new Topic<{ x: string }>("t", { deliveryGuarantee: ▶"maybe" });`,
      "E1003",
    ],
    [
      "an option that a topic has not",
      `${PUBSUB}export const t = new Topic<{ x: string }>("t", { ▶retention: "1d" });`,
      "E1004",
    ],
    ["two topics of one name", `${TOPIC}export const u = ▶new Topic<{ x: string }>("t", {});`, "E1103"],
    ["a topic handed to a function", `${TOPIC}export const f = (g: (x: unknown) => void) => g(▶t);`, "E1505"],
    ["a field of a topic", `${TOPIC}export const f = () => ▶t.name;`, "E1505"],
    [
      "a subscription of something that is no topic",
      `${PUBSUB}const t = {};\nexport const s = new Subscription(▶t, "s", { ${handler} });`,
      "E1503",
    ],
    ["a subscription without a handler", `${TOPIC}export const s = new Subscription(t, "s", ▶{});`, "E1005"],
    ["a handler as a method", `${TOPIC}export const s = new Subscription(t, "s", { ▶async handler() {} });`, "E1001"],
    [
      "two subscriptions of one name",
      `${TOPIC}export const s = new Subscription(t, "s", { ${handler} });\nexport const u = ▶new Subscription(t, "s", { ${handler} });`,
      "E1103",
    ],
    [
      "a deadline that is no duration",
      `${TOPIC}export const s = new Subscription(t, "s", { ${handler}, ackDeadline: ▶"soon" });`,
      "E1501",
    ],
    [
      "a duration with a fraction",
      `${TOPIC}export const s = new Subscription(t, "s", { ${handler}, ackDeadline: ▶"1.5s" });`,
      "E1501",
    ],
    [
      "an option that a retry policy has not",
      `${TOPIC}export const s = new Subscription(t, "s", { ${handler}, retryPolicy: { ▶retries: 1 } });`,
      "E1004",
    ],
    [
      "fewer than no retries",
      `${TOPIC}export const s = new Subscription(t, "s", { ${handler}, retryPolicy: { maxRetries: ▶-1 } });`,
      "E1003",
    ],

    [
      "an interval that is no number of minutes",
      `${CRON}const _ = new CronJob("c", { every: ▶"90s", endpoint: e });`,
      "E1502",
    ],
    ["an interval of more than a day", `${CRON}const _ = new CronJob("c", { every: ▶"25h", endpoint: e });`, "E1502"],
    [
      "a schedule of six fields",
      `${CRON}const _ = new CronJob("c", { schedule: ▶"0 * * * * *", endpoint: e });`,
      "E1502",
    ],
    [
      "a schedule out of bounds",
      `${CRON}const _ = new CronJob("c", { schedule: ▶"61 * * * *", endpoint: e });`,
      "E1502",
    ],
    [
      "an interval and a schedule",
      `${CRON}const _ = new CronJob("c", ▶{ every: "1m", schedule: "* * * * *", endpoint: e });`,
      "E1502",
    ],
    ["neither of them", `${CRON}const _ = new CronJob("c", ▶{ endpoint: e });`, "E1502"],
    [
      "a cron job of no endpoint",
      `${CRON}const x = 1;\nconst _ = new CronJob("c", { every: "1m", endpoint: ▶x });`,
      "E1503",
    ],
    [
      "two cron jobs of one name",
      `${CRON}const _ = new CronJob("c", { every: "1m", endpoint: e });\nconst __ = ▶new CronJob("c", { every: "1m", endpoint: e });`,
      "E1103",
    ],

    ["a metric's name in capitals", `${METRICS}export const m = new Counter(▶"Orders");`, "E1104"],
    ["a metric's name with a dash", `${METRICS}export const m = new Gauge(▶"my-metric");`, "E1104"],
    ["a metric's name that is Encore's own", `${METRICS}export const m = new Counter(▶"e_count");`, "E1104"],
    [
      "two metrics of one name",
      `${METRICS}export const m = new Counter("m");\nexport const n = ▶new Gauge("m");`,
      "E1103",
    ],
    ["a label named service", `${METRICS}export const m = new CounterGroup<▶{ service: string }>("m");`, "E1104"],
    ["a label that is a list", `${METRICS}export const m = new GaugeGroup<▶{ l: string[] }>("m");`, "E1104"],
    [
      "a metric that is handed on",
      `${METRICS}export const m = new Counter("m");\nexport const f = (g: (x: unknown) => void) => g(▶m);`,
      "E1505",
    ],

    [
      "a service's client that is handed on",
      'import { svc } from "~encore/clients";\nexport const f = (g: (x: unknown) => void) => g(▶svc);',
      "E1505",
    ],
    [
      "an endpoint of a client that is not called",
      'import { svc } from "~encore/clients";\nexport const f = () => ▶svc.a;',
      "E1505",
    ],
  ])("%s", async (_, source, code) => {
    await expectDiagnostic(code, source);
  });

  it.each([
    ["sequential", "{ path: './m' }", "m/first.up.sql"],
    ["sequential", "{ path: './m' }", "m/1_a.b.up.sql"],
    ["drizzle's", "{ path: './m', source: 'drizzle' }", "m/init.sql"],
    ["Prisma's", "{ path: './m', source: 'prisma' }", "m/init/migration.sql"],
    ["drizzle's newer", "{ path: './m', source: 'drizzle/v1' }", "m/init/migration.sql"],
  ])("a migration that is misnamed in the %s layout: %s %s", async (_, migrations, file) => {
    const source = `${SQL}export const db = new SQLDatabase("d", { migrations: { path: ▶'./m'${migrations.slice("{ path: './m'".length)} });`;
    const { message } = await expectDiagnostic("E1504", source, { files: { [`svc/${file}`]: "SELECT 1;" } });
    expect(message).toContain(file.slice(2));
  });

  it("a metric that is counted outside of every service", async () => {
    const { diagnostics } = await diagnose({
      "metrics.ts": `${METRICS}export const m = new Counter("m");\nexport const count = () => m.increment();`,
    });
    expect(diagnostics).toMatchObject([{ code: "E1401", location: { file: "metrics.ts", line: 3, column: 28 } }]);
  });

  it("an endpoint in a folder that holds services and is none", async () => {
    await expectDiagnostic("E1401", `${API}export const a = ▶api({}, async () => {});`, { file: "a.ts" });
  });
});

describe("what this runtime lacks", () => {
  it.each([
    ["Bucket", "encore.dev/storage/objects"],
    ["CacheCluster", "encore.dev/storage/cache"],
  ])("%s is named with its place", async (name, module) => {
    const source = `import { ${name} } from "${module}";\nexport const x = ▶new ${name}("x", {});\n`;
    expect((await expectDiagnostic("E1901", source)).message).toContain(name);
  });
});

describe("Encore's parser accepts, and so does check,", () => {
  it.each([
    ["a database that is handed to a function", `${DB}export const f = (g: (x: unknown) => void) => g(db);`],
    [
      "statements with values",
      `${DB}export const f = (id: number) => db.queryRow\`SELECT * FROM t WHERE id = \${id} FOR UPDATE SKIP LOCKED\`;`,
    ],
    [
      "a raw statement that is put together",
      `${DB}export const f = (t: string) => db.rawQueryRow("SELECT 1 FROM " + t);`,
    ],
    ["another thing of a database's name", `${DB}export const f = (db: number) => { return db; };`],
    ["a database that is exported by another name", `${DB}export { db as other };`],
    [
      "a topic that is handed on by its ref",
      `${TOPIC}import type { Publisher } from "encore.dev/pubsub";\nexport const f = (g: (x: unknown) => void) => g(t.ref<Publisher<{ x: string }>>());`,
    ],
    ["a topic bound to nothing", `${PUBSUB}new Topic<{ x: string }>("t", {});`],
    [
      "durations of days and of several units",
      `${TOPIC}export const s = new Subscription(t, "s", { ${handler}, ackDeadline: "1h30m", messageRetention: "7d" });`,
    ],
    [
      "a schedule with names, steps and ranges",
      `${CRON}const _ = new CronJob("c", { schedule: "*/5 1-3,7 * JAN MON-FRI", endpoint: e });`,
    ],
    [
      "metrics with and without labels",
      `${METRICS}export const m = new Counter("m");\nexport const g = new GaugeGroup<{ core: number; ok: boolean }>("g");\nexport const f = () => { m.increment(); g.with({ core: 1, ok: true }).set(2); };`,
    ],
    [
      "a client that is called, or handed on by its ref",
      'import { svc } from "~encore/clients";\nexport const f = (g: (x: unknown) => void) => { g(svc.ref()); return svc.a(); };',
    ],
  ])("%s", async (_, source) => {
    expect((await diagnose({ "svc/a.ts": source })).diagnostics).toEqual([]);
  });

  it("a folder with endpoints as a service, with no encore.service.ts", async () => {
    const files = {
      "other/a.ts": `${API}export const a = api({}, async () => {});`,
      "other/deep/b.ts": `${API}export const b = api({}, async () => {});`,
    };
    const { model, diagnostics } = await diagnose(files);
    expect(diagnostics).toEqual([]);
    expect(model.services.find(({ name }) => name === "other")?.endpoints.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("migrations in the layouts of Prisma and drizzle", async () => {
    const source = (name: string, tool: string) =>
      `${SQL}export const ${name} = new SQLDatabase("${name}", { migrations: { path: "./${name}", source: "${tool}" } });`;
    const { diagnostics } = await diagnose({
      "svc/a.ts": source("a", "prisma"),
      "svc/a/20240101_init/migration.sql": "SELECT 1;",
      "svc/a/migration_lock.toml": "",
      "svc/b.ts": source("b", "drizzle"),
      "svc/b/0000_init.sql": "SELECT 1;",
      "svc/c.ts": source("c", "drizzle/v1"),
      "svc/c/0000_init/migration.sql": "SELECT 1;",
      "svc/c/meta/migration.sql": "SELECT 1;",
    });
    expect(diagnostics).toEqual([]);
  });

  it("two services beside each other", async () => {
    expect((await diagnose({ "other/encore.service.ts": SERVICE("other") })).diagnostics).toEqual([]);
  });
});
