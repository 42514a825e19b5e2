import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "../../database";
import { freePort } from "../../encore-local/src/postgres/free-port";
import { insertProject } from "../../projects/project-store";
import { checkConnection } from "../../workspace/diagnostics/connection";
import { findSymptoms } from "../../workspace/diagnostics/symptoms";
import { insertWorkspace } from "../../workspace/workspace-store";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";

describe("the connection", () => {
  let daytona: DaytonaServer;
  let answer: { status: number; type: string; headers?: Record<string, string> } | undefined;

  beforeAll(async () => {
    daytona = await startDaytonaServer({
      key: "key-for-tests",
      onRequest: async (_req, res) => {
        if (answer === undefined) return false;
        res.writeHead(answer.status, { "Content-Type": answer.type, ...answer.headers });
        res.end("{}");
        return true;
      },
    });
  });

  beforeEach(() => {
    answer = undefined;
  });

  afterAll(async () => {
    await daytona.close();
  });

  const problems = async (options: { apiUrl: string; apiKey: string }) => {
    const findings = (await checkConnection(options)).filter(({ level }) => level === "problem");
    for (const { cause, remedy, section } of findings) {
      expect([cause, remedy, section].filter((text) => text === undefined || text === "")).toEqual([]);
    }
    return findings.map(({ check }) => check);
  };

  it("is well with a key and an address that work", async () => {
    expect(await problems({ apiUrl: daytona.url, apiKey: daytona.key })).toEqual([]);
  });

  it("tells a refused key", async () => {
    expect(await problems({ apiUrl: daytona.url, apiKey: "another" })).toEqual(["key_accepted"]);
  });

  it("tells a web page in place of the API", async () => {
    const apiUrl = daytona.url.replace(/\/api$/, "");
    expect(await problems({ apiUrl, apiKey: daytona.key })).toEqual(["answers_json"]);
  });

  it("tells an address where nobody answers", async () => {
    const apiUrl = `http://127.0.0.1:${await freePort()}/api`;
    expect(await problems({ apiUrl, apiKey: daytona.key })).toEqual(["reachable"]);
  });

  it.each([
    [403, "key_accepted"],
    [429, "rate_limit"],
    [503, "key_accepted"],
  ])("tells HTTP %i", async (status, check) => {
    answer = { status, type: "application/json", headers: { "Retry-After-Authenticated": "7" } };
    expect(await problems({ apiUrl: daytona.url, apiKey: daytona.key })).toEqual([check]);
  });

  it("does not send what cannot stand in a header, and says nothing of it", async () => {
    const findings = await checkConnection({ apiUrl: daytona.url, apiKey: "ключ with\na break" });
    expect(findings.map(({ level }) => level)).toEqual(["ok", "ok"]);
    expect(JSON.stringify(findings)).not.toContain("ключ");
  });
});

describe("the symptoms", () => {
  const scope = (ownerId: string | null) => ({ ownerId, keySet: true, sdkReady: true });

  async function workspaceOf(
    ownerId: string,
    change: string,
    mode: "development" | "daytona" = "daytona",
  ): Promise<string> {
    const project = await insertProject({ ownerId, name: randomUUID(), description: "", repository: null });
    const languages = { language: "typescript", projectLanguage: "unknown", unknownLanguage: "cobol" } as const;
    const workspace = await insertWorkspace(
      { projectId: project?.id ?? "", ...languages, framework: null, runPlan: null, mode },
      { limit: 100 },
    );
    if (change !== "") await db.rawExec(`UPDATE workspaces SET ${change} WHERE id = $1::uuid`, workspace?.id ?? "");
    return workspace?.id ?? "";
  }

  const inError = (reason: string) =>
    `status = 'error', error_reason = '${reason}', status_reason = 'told so', deadline_at = NULL, next_attempt_at = NULL`;

  it.each([
    ["running_without_sandbox", "", "development"],
    ["stuck_in_pending", "deadline_at = now() - interval '1 minute'", "daytona"],
    ["stuck_in_starting", "status = 'starting', attempts = 5", "daytona"],
    ["stuck_in_deleting", "status = 'deleting', wanted = 'deleted', attempts = 5", "daytona"],
    ["error_daytona_unauthorized", inError("daytona_unauthorized"), "daytona"],
    ["error_daytona_wrong_url", inError("daytona_wrong_url"), "daytona"],
    ["error_daytona_quota_exceeded", inError("daytona_quota_exceeded"), "daytona"],
    ["error_daytona_sandbox_missing", inError("daytona_sandbox_missing"), "daytona"],
    ["error_daytona_name_taken", inError("daytona_name_taken"), "daytona"],
    ["unknown_language", "", "daytona"],
  ] as const)("have %s, with cause, remedy and section, and the workspace's id", async (check, change, mode) => {
    const owner = randomUUID();
    const id = await workspaceOf(owner, change, mode);
    const found = (await findSymptoms(scope(owner))).find((finding) => finding.check === check);
    expect(found).toMatchObject({
      workspaces: [id],
      cause: expect.stringMatching(/.+/),
      remedy: expect.stringMatching(/.+/),
      section: expect.stringContaining("docs/daytona-configuration.md#"),
    });
  });

  it("have a quota that Daytona told of lately", async () => {
    const owner = randomUUID();
    await workspaceOf(owner, inError("daytona_quota_exceeded"));
    expect(await findSymptoms(scope(owner))).toContainEqual(
      expect.objectContaining({ check: "quota", level: "problem" }),
    );
  });

  it("have a key that could not be made use of, and sandboxes whose key is gone", async () => {
    const owner = randomUUID();
    const id = await workspaceOf(owner, "daytona_sandbox_id = 'sandbox'");
    const checks = async (keySet: boolean) =>
      (await findSymptoms({ ownerId: owner, keySet, sdkReady: false })).filter(({ level }) => level === "problem");
    expect((await checks(true)).map(({ check }) => check)).toEqual(["sdk"]);
    expect(await checks(false)).toMatchObject([{ check: "sandbox_without_key", workspaces: [id] }]);
  });

  it("of another user's workspaces are nobody else's, but an operator's", async () => {
    const id = await workspaceOf(randomUUID(), inError("daytona_forbidden"));
    expect(JSON.stringify(await findSymptoms(scope(randomUUID())))).not.toContain(id);
    expect(JSON.stringify(await findSymptoms(scope(null)))).toContain(id);
  });
});
