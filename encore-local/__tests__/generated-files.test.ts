import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imported } from "./support/client-module";
import { CommandLine } from "./support/command-line";

let cli: CommandLine;

beforeEach(async () => {
  cli = await CommandLine.inCopyOf("notes");
});

afterEach(async () => {
  await cli.dispose();
});

describe("encore-local openapi", () => {
  it("prints a document, or writes it to a file in a folder that it makes", async () => {
    const { code, output } = await cli.run(["openapi", "--server", "https://notes.example"]);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ openapi: "3.1.0", servers: [{ url: "https://notes.example" }] });
    const file = path.join(cli.app, "docs/api.json");
    expect((await cli.run(["openapi", "--output", "docs/api.json", "--api-version", "2.1"])).code).toBe(0);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ info: { title: "notes", version: "2.1" } });
  });
});

describe("encore-local gen client", () => {
  it("prints a module that exports the class, or with --target a client", async () => {
    const { code, output } = await cli.run(["gen", "client", "--lang", "typescript"]);
    expect(code).toBe(0);
    expect(output).toContain("export default class Client");
    const file = path.join(cli.app, "client.ts");
    await cli.run(["gen", "client", "--lang=typescript", "--output", "client.ts", "--target", "https://notes.example"]);
    const text = await readFile(file, "utf8");
    expect(text).toContain("export class Client");
    expect(text).toContain('export default new Client("https://notes.example"');
  });

  it.each([
    [["gen", "client", "--lang", "rust"], "--lang rust: it must be typescript"],
    [["gen", "client", "--target", "nowhere"], "--target nowhere is no URL"],
    [["gen", "server"], "server"],
    [["openapi", "file.json"], "file.json"],
  ])("%j ends with 2 and says why", async (args, message) => {
    expect(await cli.run(args)).toMatchObject({ code: 2, output: expect.stringContaining(message) });
  });

  it.each([[["gen", "client"]], [["openapi"]], [["gen"]]])(
    "%j writes nothing of an app that is not accepted, and tells what is wrong with it",
    async (args) => {
      await writeFile(
        path.join(cli.app, "notes/bad.ts"),
        'import { secret } from "encore.dev/config";\nsecret(name);\n',
      );
      const { code, output } = await cli.run(args);
      expect(code).toBe(1);
      expect(output).toContain("notes/bad.ts:2:");
      expect(output).not.toMatch(/export (default )?class|"openapi"|wrote/);
    },
  );
});

it("a generated client says what to do where the platform has no WebSocket", async () => {
  await writeFile(
    path.join(cli.app, "notes/stream.ts"),
    'import { api } from "encore.dev/api";\nexport const news = api.streamOut<{ n: number }>({ expose: true, path: "/news" }, async () => {});\n',
  );
  const { output } = await cli.run(["gen", "client"]);
  const { transpile, ScriptTarget, ModuleKind } = (await import("typescript")).default;
  interface Client {
    notes: { news(): Promise<unknown> };
  }
  const module = await imported<{ default: new (url: string, options?: object) => Client }>(
    transpile(output, { target: ScriptTarget.ES2022, module: ModuleKind.ES2022 }),
  );
  const platform = globalThis as { WebSocket?: unknown };
  const own = platform.WebSocket;
  delete platform.WebSocket;
  try {
    await expect(new module.default("http://127.0.0.1:1").notes.news()).rejects.toThrow("{ webSocket: WebSocket }");
  } finally {
    if (own !== undefined) platform.WebSocket = own;
  }
});
