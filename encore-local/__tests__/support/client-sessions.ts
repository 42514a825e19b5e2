import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { expect } from "vitest";
import { typescriptClient } from "../../src/client/typescript-client";
import { readApp } from "../../src/model/read-app";
import { STATUS } from "../../src/runtime/api-error";
import { bundled } from "./client-module";

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const SESSIONS = readdirSync(here("client-sessions")).map((file) => file.replace(".ts", ""));
export const APPS = [...readdirSync(here("apps")).map((name) => `apps/${name}`), "conformance/app"];

export function clientOf(app: string): string {
  const { model, diagnostics } = readApp(here(app));
  expect(diagnostics).toEqual([]);
  return typescriptClient(model);
}

/** The app of a session. */
export const folderOf = (name: string): string => (name === "conformance" ? "conformance/app" : `apps/${name}`);

/** The same, absolute. */
export const appOf = (name: string): string => here(folderOf(name));

export const sessionText = (name: string): string => readFileSync(here(`client-sessions/${name}.ts`), "utf8");

/** The session with the client in one module, for Node and for a browser alike. */
export const sessionModule = (name: string): Promise<string> =>
  bundled({ client: clientOf(folderOf(name)), session: sessionText(name) });

/** What the sessions give, by app. */
export const EXPECTED: readonly (readonly [string, Record<string, unknown>])[] = [
  ["chat", chatSession()],
  ["echo", echoSession()],
  ["shortener", shortenerSession()],
  ["conformance", conformanceSession()],
];

/** Runs a session in a page that some other server has served. */
export async function inBrowser(browser: Browser, module: string, url: string): Promise<unknown> {
  const server = createServer((request, response) => {
    const script = request.url === "/session.js";
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(script ? module : "<!doctype html><title>a page</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage();
  try {
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    return await page.evaluate(`import("/session.js").then(({ session }) => session(${JSON.stringify(url)}, {}))`);
  } finally {
    await page.close();
    server.close();
  }
}

function chatSession(): Record<string, unknown> {
  const unauthenticated = { isAPIError: true, isError: true, status: 401, code: "unauthenticated" };
  const notOpened = { isAPIError: true, isError: true, status: 0, code: "unavailable" };
  const said = (from: string, text: string) => ({ from, text, at: "1970-01-01T00:00:00Z" });
  return {
    ann: { nickname: "ann", joined: "1970-01-01T00:00:00Z" },
    bob: { nickname: "bob", joined: "1970-01-01T00:00:00Z" },
    nobody: expect.objectContaining(unauthenticated),
    emptyRoom: expect.objectContaining({ status: 404, code: "not_found", message: "nobody has been in nowhere" }),
    history: [{ text: "red/blue é 0" }, { text: "red/blue é 1" }],
    first: { text: "red 0" },
    uploaded: { said: -1 },
    talk: [said("ann", "joined"), said("bob", "joined"), said("bob", "* wavés")],
    refused: expect.objectContaining(notOpened),
    refusedToSend: expect.objectContaining(notOpened),
  };
}

function echoSession(): Record<string, unknown> {
  return {
    everything: {
      text: "é😀",
      count: -5,
      on: true,
      at: "2026-01-02T03:04:05.678Z",
      big: "9007199254740993",
      exact: "0.1",
      level: "low",
      kind: null,
      either: { deep: false },
      list: ["a", "b"],
      map: { x: 1.5 },
      tree: { name: "root", children: [{ name: "leaf" }] },
    },
    invalid: { status: 400, code: "invalid_argument", message: expect.stringContaining("value must be at most 5") },
    // What is declared as a query parameter does not leave in an answer.
    scattered: { id: 7, rest: "a b/ü/c", token: "t", note: "n" },
    lookup: { items: ["a&b=c"] },
    raw: { status: 200, text: "raw" },
  };
}

function shortenerSession(): Record<string, unknown> {
  const link = { id: "docs", target: "https://encore.dev/docs", tags: ["a"], expiresAt: null };
  return {
    made: link,
    taken: [409, { id: "docs" }],
    got: link,
    tagged: { links: [link] },
    followed: [404, "unknown", "request failed: status 404: no such link"],
    counted: link.target,
  };
}

function conformanceSession(): Record<string, unknown> {
  return {
    headers: { agent: "me", times: 3, on: true, echoed: "me!" },
    watched: "you!",
    sent: [["/headers", "you"]],
    setCookie: true,
    big: "9007199254740993",
    asset: readFileSync(here("conformance/app/static-site/public/a.css"), "utf8"),
    answer: { user: "ann", sum: 3 },
    guarded: { userID: "user-1" },
    details: { retry: true, after: 3, nested: { why: "because" } },
    codes: Object.entries(STATUS).map(([code, status]) => `${status} ${code}`),
    forbidden: "403 permission_denied",
  };
}
