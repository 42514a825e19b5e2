import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import ts from "typescript";
import { afterEach, describe, expect, it } from "vitest";
import { writeGenerated } from "../src/gen/write";
import { readApp } from "../src/model/read-app";
import { CommandLine } from "./support/command-line";

/**
 * What Encore's own CLI writes, read in its templates (tsparser/src/builder/templates): the modules of encore.gen and what
 * each of them exports.
 */
const ENCORE_WRITES: Record<string, Record<string, string[]>> = {
  chat: {
    "auth/index.ts": ["AuthData", "getAuthData"],
    "internal/auth/auth.ts": ["AuthData", "getAuthData"],
    "clients/index.d.ts": ["auth", "room"],
    "clients/index.js": ["auth", "room"],
    "internal/clients/auth/endpoints.d.ts": ["Client", "me", "ref"],
    "internal/clients/auth/endpoints.js": ["Client", "me", "ref"],
    "internal/clients/auth/endpoints_testing.js": ["me"],
    "internal/clients/room/endpoints.d.ts": ["Client", "count", "history", "join", "ref", "upload"],
    "internal/clients/room/endpoints.js": ["Client", "count", "history", "join", "ref", "upload"],
    "internal/clients/room/endpoints_testing.js": ["count", "history", "join", "upload"],
    "internal/entrypoints/combined/main.ts": [],
  },
  shortener: {
    "auth/index.ts": ["AuthData", "getAuthData"],
    "internal/auth/auth.ts": ["AuthData", "getAuthData"],
    "clients/index.d.ts": ["stats", "url"],
    "clients/index.js": ["stats", "url"],
    "internal/clients/stats/endpoints.d.ts": ["Client", "of", "ref"],
    "internal/clients/stats/endpoints.js": ["Client", "of", "ref"],
    "internal/clients/stats/endpoints_testing.js": ["of"],
    "internal/clients/url/endpoints.d.ts": ["Client", "expire", "follow", "get", "list", "ref", "shorten"],
    "internal/clients/url/endpoints.js": ["Client", "expire", "follow", "get", "list", "ref", "shorten"],
    "internal/clients/url/endpoints_testing.js": ["expire", "follow", "get", "list", "shorten"],
    "internal/entrypoints/combined/main.ts": [],
  },
};

/** How an app's own code uses them; what is wrong must not pass. */
const USES: Record<string, string> = {
  chat: `
import type { CallOpts, StreamIn, StreamInOut, StreamOutWithResponse } from "encore.dev/api";
import { type AuthData, getAuthData } from "~encore/auth";
import { auth, room } from "~encore/clients";

type Said = { text: string; kind?: "normal" | "action" };

export const data: AuthData = { userID: "u", nickname: "n", joined: new Date(0) };
export const opts: CallOpts = { authData: data };
export const own: AuthData | null = getAuthData();
// @ts-expect-error a field is missing
export const wrong: CallOpts = { authData: { userID: "u" } };

export async function calls(): Promise<void> {
  const me: { nickname: string; joined: Date } = await auth.me(opts);
  const count: { present: number; you: string } = await room.count({ room: me.nickname });
  const talk: StreamInOut<{ from: string; text: string; at: Date }, Said> = await room.join({ room: "a" }, opts);
  const history: StreamIn<{ text: string }> = await room.history({ room: "a", last: count.present });
  const upload: StreamOutWithResponse<{ text: string }, { said: number }> = await room.upload({ room: "a" });
  await talk.send({ text: "a", kind: "action" });
  for await (const { text } of history) await upload.send({ text });
  // @ts-expect-error a parameter is missing
  await room.count();
  // @ts-expect-error it is a text
  await room.ref().count({ room: 1 });
}
`,
  shortener: `
import { type AuthData, getAuthData } from "~encore/auth";
import { stats, url } from "~encore/clients";

export const data: AuthData = null;
export const own: null = getAuthData();

export async function calls(): Promise<Date | null> {
  const { expiresAt } = await url.shorten({ target: "https://a", onConflict: "reuse" });
  await url.expire();
  // @ts-expect-error it is a number
  await url.ref().list({ limit: "1" });
  const last: Date | null = (await stats.of({ id: "a" })).last;
  return last ?? expiresAt;
}
`,
};

let cli: CommandLine | undefined;
afterEach(async () => cli?.dispose());

describe.each(Object.keys(ENCORE_WRITES))("encore.gen of %s", (app) => {
  async function program(extra: Record<string, string> = {}): Promise<ts.Program> {
    cli = await CommandLine.inCopyOf(app);
    const { model, diagnostics } = readApp(cli.app);
    expect(diagnostics).toEqual([]);
    writeGenerated(model);
    for (const [file, text] of Object.entries(extra)) await writeFile(path.join(cli.app, file), text);
    const config = path.join(cli.app, "tsconfig.json");
    const { options } = ts.parseJsonConfigFileContent(JSON.parse(readFileSync(config, "utf8")), ts.sys, cli.app);
    // With files of JavaScript, so that their exports are seen as well.
    const files = ts.sys.readDirectory(cli.app, [".ts", ".js"], ["node_modules"]);
    return ts.createProgram(files, {
      ...options,
      allowJs: true,
      checkJs: false,
      noEmit: true,
      composite: false,
      incremental: false,
    });
  }

  it("has the modules that Encore writes, with the same exports", async () => {
    const built = await program();
    const folder = path.join(cli?.app ?? "", "encore.gen");
    const sources = built.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${folder}/`));
    const written = sources.map((source) => [path.relative(folder, source.fileName), exportsOf(source, built)]);
    expect(Object.fromEntries(written)).toEqual(ENCORE_WRITES[app]);
  });

  it("type-checks, with the app and what uses it", async () => {
    const built = await program({ "uses.ts": USES[app] ?? "" });
    const told = ts.getPreEmitDiagnostics(built).map(({ file, messageText }) => {
      return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
    expect(told).toEqual([]);
  });
});

function exportsOf(source: ts.SourceFile, program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(source);
  return symbol === undefined
    ? []
    : checker
        .getExportsOfModule(symbol)
        .map(({ name }) => name)
        .sort();
}
