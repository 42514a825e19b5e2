import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { imported, typeErrors } from "./support/client-module";
import {
  APPS,
  appOf,
  clientOf,
  EXPECTED,
  folderOf,
  SESSIONS,
  sessionModule,
  sessionText,
} from "./support/client-sessions";
import { type RunningApp, runApp } from "./support/running-app";

interface Session {
  session(url: string, options: object): Promise<Record<string, unknown>>;
}

it.each(["node", "browser"] as const)(
  "clients of all apps, and what uses them, pass the strictest type check for %s",
  async (platform) => {
    const clients = APPS.map((app) => [`${app.replaceAll("/", "-")}.ts`, clientOf(app)]);
    const sessions = SESSIONS.map((name) => [
      `session-${name}.ts`,
      sessionText(name).replace('"./client"', `"./${folderOf(name).replaceAll("/", "-")}"`),
    ]);
    expect(await typeErrors(Object.fromEntries([...clients, ...sessions]), platform)).toEqual([]);
  },
  180_000,
);

describe.each(EXPECTED)("the client of %s", (name, expected) => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await runApp(appOf(name));
  });
  afterAll(async () => {
    expect(await app.stop()).toBe(0);
  });

  it("calls the running app from Node", async () => {
    const { session } = await imported<Session>(await sessionModule(name));
    expect(await session(app.url, { webSocket: WebSocket })).toEqual(expected);
  });
});
