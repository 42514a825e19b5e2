import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { DocumentJudge } from "../../encore-local/__tests__/support/document-judge";
import { requestsTo } from "../../encore-local/__tests__/support/requests";
import { send } from "../../encore-local/__tests__/support/send-request";
import { openApiDocument } from "../../encore-local/src/openapi/document";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { vaporformModel } from "../support/endpoints";
import { startVaporform, type Vaporform } from "../support/vaporform";

// Requests made from the app's own model: right, nearly right and absurd. The same ones each time, so that a change is judged by
// itself; others by GENERATED_SEED=N.

const RUNS = Number(process.env.GENERATED_REQUESTS ?? 10_000);
const seed = Number(process.env.GENERATED_SEED ?? 223_769_846);
/** As many as a server has to do with at a time. */
const AT_ONCE = 8;

const model = vaporformModel();
/** Without what only other services may call: locally it can be reached, deployed it cannot. */
const exposed = {
  ...model,
  services: model.services.map((service) => ({
    ...service,
    endpoints: service.endpoints.filter(({ expose }) => expose),
  })),
};
const judge = new DocumentJudge(openApiDocument(model, { server: "http://127.0.0.1" }));

const SAMPLE_REPOSITORY = fileURLToPath(new URL("../acceptance/sample-repository", import.meta.url));

let github: GitHubServer;
let server: Vaporform;
beforeAll(async () => {
  github = await startGitHubServer({ repositories: { "octo/hello": SAMPLE_REPOSITORY } });
  server = await startVaporform({ env: { GITHUB_API_URL: github.url } });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await github.close();
});

/** Things of the user that generated requests are about. */
async function meaningfulValues() {
  const made = await send(server.url, {
    method: "POST",
    target: "/projects",
    headers: SIGNED_IN,
    body: JSON.stringify({ name: "generated" }),
  });
  const project = JSON.parse(made.text);
  for (const path of ["README.md", "src/a.ts", "empty"]) {
    await send(server.url, {
      method: "PUT",
      target: `/vfs/files/${project.id}/${path}`,
      headers: SIGNED_IN,
      body: path,
    });
  }
  const hash = createHash("sha256").update("README.md").digest("hex");
  return {
    projectId: [project.id],
    workspaceId: [project.workspaceId],
    path: ["README.md", "src/a.ts", "src", "new/b.txt"],
    from: ["README.md", "src"],
    to: ["moved.md", "src2", "src/deep"],
    repository: ["octo/hello", "https://github.com/octo/hello/tree/main"],
    name: ["one", "two"],
    language: ["python", "react"],
    kind: ["file", "symlink", "directory", "delete"],
    encoding: ["utf8", "base64"],
    limit: [1, 50, 200, 201],
    version: [1, 2],
    ifMatch: [`"${hash}"`, hash],
    pattern: ["*.md", "a+", "("],
    query: ["README", "a"],
    glob: ["**/*.ts"],
  };
}

/** An address or a method that the document does not have: it is refused, in the shape of every error. */
function faultElsewhere(method: string, { status, text }: { status: number; text: string }): string | undefined {
  if (status === 400 && text === "400 Bad Request") return undefined;
  if (method === "head" && text === "") return undefined;
  if (status < 400) return "an answer where nothing is documented";
  const error = z.strictObject({
    code: z.string(),
    message: z.string(),
    details: z.unknown(),
    internal_message: z.string().nullish(),
  });
  const parsed = error.safeParse(JSON.parse(text || "null"));
  return parsed.success ? undefined : `no error's shape: ${parsed.error.message}`;
}

const SIGNED_IN = { authorization: "Bearer dev:generated", "content-type": "application/json" };

it(`answers any request as the document says, and with no fault of its own (seed ${seed})`, {
  timeout: 1_500_000,
}, async () => {
  const requests = fc.sample(requestsTo(exposed, await meaningfulValues()), { numRuns: RUNS, seed })[Symbol.iterator]();
  const statuses = new Map<number, number>();
  const faults: object[] = [];
  /** Held to what the document says of the operation, or to what it says of errors where there is no such operation. */
  let judged = 0;
  let elsewhere = 0;
  const work = async (): Promise<void> => {
    for (const request of requests) {
      const answer = await send(server.url, { ...request, headers: { ...SIGNED_IN, ...request.headers } });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const method = request.method.toLowerCase();
      const template = judge.templateFor(request.target.split("?")[0] ?? "", method);
      const undocumented =
        template === undefined ? faultElsewhere(method, answer) : judge.fault({ template, method }, answer);
      if (template === undefined) elsewhere += 1;
      else judged += 1;
      const fault = answer.status >= 500 ? "a fault of the server" : undocumented;
      if (fault !== undefined) faults.push({ fault, request, status: answer.status, text: answer.text.slice(0, 300) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(faults.slice(0, 5)).toEqual([]);
  expect(judged + elsewhere).toBe(RUNS);
  expect(judged).toBeGreaterThan(0.75 * RUNS);
  // The requests reach both what is done and what is refused.
  for (const status of [200, 400, 404]) expect(statuses.get(status) ?? 0).toBeGreaterThan(RUNS / 100);
});
