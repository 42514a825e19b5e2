import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../encore-local/src/postgres/free-port";
import { type Backend, type Stage, startBackend } from "../support/workspace-stage";

interface Running {
  id: string;
  name: string;
  exitCode: number | null;
}

interface Run {
  status: string;
  port: number;
  url: string | null;
  expiresAt: string | null;
  exitCode: number | null;
  log: string;
}

let backend: Backend;
let stage: Stage;
beforeAll(async () => {
  backend = await startBackend("runner");
  stage = await backend.stage({ "README.md": "nothing to run" });
});
afterAll(async () => {
  await backend.stop();
});

const until = async <T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> => {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`it never came: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

describe("running code", () => {
  it.each([
    ["typescript", "const n: number = 2; console.log(n + 1, process.argv.slice(1), process.env.E); process.exit(4)"],
    ["javascript", "console.log(2 + 1, process.argv.slice(1), process.env.E); process.exit(4)"],
  ])("runs %s with its arguments as they are", async (language, code) => {
    const words = ["a b", "$(echo no)", "it's"];
    expect(await stage.call("POST", "/code-run", { code, language, arguments: words, env: { E: "1" } })).toEqual({
      exitCode: 4,
      output: `3 [ 'a b', '$(echo no)', "it's" ] 1\n`,
      truncated: false,
    });
  });

  it("runs Python, and the workspace's own language when none is named", async () => {
    const python = { language: "python", code: "import sys; print(sys.argv[1:])", arguments: ["x y"] };
    expect(await stage.call("POST", "/code-run", python)).toMatchObject({ exitCode: 0, output: "['x y']\n" });
    const own = { code: "const text: string = 'typed'; console.log(text)" };
    expect(await stage.call("POST", "/code-run", own)).toMatchObject({ exitCode: 0, output: "typed\n" });
    await expect(stage.call("POST", "/code-run", { code: "x", language: "cobol" })).rejects.toThrow("invalid");
    const slow = { code: "import time; time.sleep(20)", language: "python", timeoutSeconds: 1 };
    await expect(stage.call("POST", "/code-run", slow)).rejects.toThrow("command_timeout");
  });

  it("marks output that was cut off", async () => {
    const { output, truncated } = await stage.call<{ output: string; truncated: boolean }>("POST", "/exec", {
      command: "head -c 1100000 /dev/zero | tr '\\0' x",
    });
    expect([output.length, truncated]).toEqual([1024 * 1024, true]);
  });
});

describe("background processes", () => {
  it("go on by themselves, keep what they print, and are ended with all that they started", async () => {
    const command = "echo out; echo err >&2; sleep 300 & echo $! > child; wait";
    const started = await stage.call<Running>("POST", "/processes", { command, name: "sleeper", env: { A: "1" } });
    expect(started).toMatchObject({ name: "sleeper", exitCode: null });
    const logs = () => stage.call<{ output: string; nextOffset: number }>("GET", `/processes/${started.id}/logs`);
    expect(await until(logs, ({ output }) => output.includes("err"))).toEqual({
      output: "out\nerr\n",
      nextOffset: 8,
      truncated: false,
    });
    expect(await stage.call("GET", `/processes/${started.id}/logs?offset=4`)).toMatchObject({ output: "err\n" });
    expect(await stage.call("GET", "/processes")).toMatchObject({ items: [{ id: started.id, exitCode: null }] });
    await stage.call("DELETE", `/processes/${started.id}`);
    expect(await stage.exec("kill -0 $(cat child)")).toMatchObject({ exitCode: 1 });
    expect(await stage.call("GET", "/processes")).toEqual({ items: [] });
    await expect(stage.call("DELETE", `/processes/${started.id}`)).rejects.toThrow("process_not_found");
    await expect(stage.call("GET", `/processes/${started.id}/logs`)).rejects.toThrow("process_not_found");
  });

  it("tell how they ended, also by exit", async () => {
    const { id } = await stage.call<Running>("POST", "/processes", { command: "echo bye; exit 7" });
    const list = () => stage.call<{ items: Running[] }>("GET", "/processes");
    await until(list, ({ items }) => items.some((each) => each.id === id && each.exitCode === 7));
  });
});

describe("a language that Daytona's snapshot lacks", () => {
  it("gets an official image of it", async () => {
    const name = `go ${crypto.randomUUID()}`;
    const { id } = await backend.api.call<{ id: string }>("POST", "/projects", { name, language: "go" });
    await backend.api.settledWorkspace(id, 50_000);
    const record = backend.daytona.registry.all.find(({ sandbox }) => sandbox.labels["vaporform-project"] === id);
    expect(record?.sandbox.buildInfo?.dockerfileContent).toMatch(/^FROM golang:/);
    expect(stage.sandbox().sandbox.buildInfo).toBeUndefined();
  });
});

const SERVER = `require("node:http").createServer((q, r) => r.end("served " + process.env.GREETING))
  .listen(process.env.PORT, () => console.log("listening"))`;

describe("running the project", () => {
  it("installs, builds and starts it, and answers with a preview that expires", async () => {
    const port = await freePort();
    const web = await backend.stage({
      "package.json": JSON.stringify({ scripts: { build: "echo built > built.txt", start: "node server.js" } }),
      "server.js": SERVER,
    });
    const run = await web.call<Run>("POST", "/run", { port, env: { GREETING: "hello" }, waitSeconds: 120 });
    expect(run).toMatchObject({ status: "running", port, exitCode: null });
    expect(run.log).toContain("==> build");
    expect(await get(run.url ?? "")).toEqual({ status: 200, body: "served hello" });
    expect(Date.parse(run.expiresAt ?? "")).toBeGreaterThan(Date.now() + 3_000_000);
    expect(web.inSandbox("built.txt")).toBe("built\n");
    // A second call finds it running, and does not start another.
    expect(await web.call<Run>("POST", "/run", { port })).toMatchObject({ status: "running", log: run.log });
    const short = await web.call<Run>("GET", `/url?port=${port}&seconds=1`);
    await until(
      () => get(short.url ?? ""),
      ({ status }) => status === 307,
    );
    await web.call("DELETE", "/processes/run");
    expect(await web.call<Run>("GET", `/run?port=${port}`)).toMatchObject({ status: "not_started", url: null });
  });

  it("tells why it did not start", async () => {
    const broken = await backend.stage({
      "package.json": JSON.stringify({ scripts: { start: "echo no good; exit 3" } }),
    });
    const run = await broken.call<Run>("POST", "/run", { port: await freePort(), waitSeconds: 120 });
    expect(run).toMatchObject({ status: "failed", url: null, log: expect.stringContaining("no good") });
    await expect(stage.call("POST", "/run", {})).rejects.toThrow("run_not_possible");
  });

  it("gives a token for SSH that expires", async () => {
    const access = await stage.call<{ command: string; token: string; expiresAt: string }>("POST", "/ssh", {
      minutes: 5,
    });
    expect(access.command).toContain(access.token);
    expect(Date.parse(access.expiresAt)).toBeLessThan(Date.now() + 301_000);
    await expect(stage.call("POST", "/ssh", { minutes: 0 })).rejects.toThrow("invalid_request");
  });
});

/** By loopback, whatever the host's name: not every resolver knows names below localhost. */
function get(url: string): Promise<{ status: number; body: string }> {
  const { host, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: pathname, headers: { host } }, async (answer) => {
      let body = "";
      for await (const piece of answer.setEncoding("utf8")) body += piece;
      resolve({ status: answer.statusCode ?? 0, body });
    })
      .once("error", reject)
      .end();
  });
}
