import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Api } from "../../demo/api";
import { startVaporform, type Vaporform } from "../support/vaporform";

let server: Vaporform;
let api: Api;
let workspaceId: string;
beforeAll(async () => {
  server = await startVaporform();
  api = new Api(server.url, "dev:developer");
  const project = { name: "without a key", language: "typescript" };
  ({ workspaceId } = await api.call<{ workspaceId: string }>("POST", "/projects", project));
});
afterAll(async () => {
  await server.stop();
});

describe("without a key", () => {
  it.each([
    ["POST", "/exec", { command: "ls" }],
    ["POST", "/code-run", { code: "1" }],
    ["POST", "/processes", { command: "ls" }],
    ["GET", "/processes", undefined],
    ["GET", "/processes/run/logs", undefined],
    ["DELETE", "/processes/run", undefined],
    ["POST", "/run", {}],
    ["GET", "/run", undefined],
    ["GET", "/url?port=3000", undefined],
    ["POST", "/ssh", {}],
    ["POST", "/sync", {}],
    ["POST", "/sync", { direction: "push" }],
    ["GET", "/sync-status", undefined],
  ])("%s %s says that it is development mode, and what to set", async (method, suffix, body) => {
    const refusal = api.call(method, `/workspace/${workspaceId}${suffix}`, body);
    await expect(refusal).rejects.toThrow(/answered 400.*failed_precondition.*development_mode.*DaytonaAPIKey/);
  });

  it("opens no terminal", async () => {
    const url = `${server.url.replace(/^http/, "ws")}/workspace/${workspaceId}/terminal`;
    const socket = new WebSocket(url, "encore-ws", { headers: { authorization: "Bearer dev:developer" } });
    const messages: string[] = [];
    socket.on("message", (data) => messages.push(String(data)));
    socket.on("error", () => undefined);
    await new Promise<void>((resolve) => socket.on("close", () => resolve()));
    expect(messages.filter((message) => message.includes('"ready"'))).toEqual([]);
  });

  it("says in the log that the status cannot be synchronised", () => {
    expect(server.lines.join("\n")).toContain("Cannot sync status - no Daytona SDK");
  });
});
