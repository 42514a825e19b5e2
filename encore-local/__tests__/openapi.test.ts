import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { topFields } from "../src/endpoint/fields";
import { readApp } from "../src/model/read-app";
import type { AppModel, Endpoint } from "../src/model/types";
import { openApiDocument } from "../src/openapi/document";
import { DocumentJudge } from "./support/document-judge";
import { type GeneratedRequest, record, requestsTo } from "./support/requests";
import { type RunningApp, runApp } from "./support/running-app";
import { send } from "./support/send-request";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const APPS = [...readdirSync(here("apps")).map((name) => `apps/${name}`), "conformance/app"];
const RUNS = Number(process.env.GENERATED_REQUESTS ?? 1_000);

function modelOf(app: string): AppModel {
  const { model, diagnostics } = readApp(here(app));
  expect(diagnostics).toEqual([]);
  return model;
}

const documentOf = (app: string) => openApiDocument(modelOf(app), { server: "http://localhost:4000" });

/** OPTIONS is answered for CORS, whatever an endpoint says. */
const EVERY_METHOD = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "TRACE"];

function expectedOperations(model: AppModel): string[] {
  const exposed = model.services.flatMap(({ endpoints }) => endpoints.filter(({ expose }) => expose));
  const path = (endpoint: Endpoint) =>
    endpoint.path.map((part) => (part.kind === "literal" ? part.value : `{${part.name}}`)).join("/");
  return exposed
    .flatMap((endpoint) =>
      (endpoint.methods.includes("*") ? EVERY_METHOD : endpoint.methods).map(
        (method) => `${method.toLowerCase()} /${path(endpoint)}`,
      ),
    )
    .sort();
}

describe.each(APPS)("the document of %s", (app) => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(documentOf(app))));
    expect(result.errors ?? []).toEqual([]);
    expect(validator.version).toBe("3.1");
  });

  it("has an operation for each exposed endpoint and method, and no other", () => {
    const operations = new DocumentJudge(documentOf(app)).operations;
    expect(operations.map(({ method, template }) => `${method} ${template}`).sort()).toEqual(
      expectedOperations(modelOf(app)),
    );
  });
});

describe("a document", () => {
  it("tells what the doc comments tell", () => {
    const { paths, components } = documentOf("apps/shortener");
    expect(paths["/url"]?.post).toMatchObject({
      operationId: "url.shorten",
      summary: "Gives an address a short one; the same address keeps the one that it has",
      parameters: [{ name: "X-On-Conflict", in: "header", required: true, schema: { examples: ["reuse"] } }],
      responses: {
        200: { content: { "application/json": { schema: { $ref: "#/components/schemas/Link" } } } },
        409: {
          $ref: "#/components/responses/Error409",
          description: "`already_exists`: the short address leads somewhere else",
        },
      },
    });
    expect(paths["/url"]?.post).toHaveProperty(
      ["requestBody", "content", "application/json"],
      expect.objectContaining({
        examples: { example1: { value: { target: "https://encore.dev", tags: ["docs"] } } },
        schema: {
          type: "object",
          properties: {
            target: {
              type: "string",
              pattern: "^https:\\/\\/",
              maxLength: 200,
              description: "Where the short address leads.",
            },
            tags: { type: "array", items: { type: "string", minLength: 1 } },
            expiresAt: { type: "string", format: "date-time" },
            id: { type: "string", description: "Chosen by the caller in place of a random one.", examples: ["docs"] },
          },
          required: ["target"],
        },
      }),
    );
    expect(components.schemas?.Link).toMatchObject({
      properties: { expiresAt: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] } },
      required: ["id", "target", "tags", "expiresAt"],
    });
  });

  it("tells how to sign in, where one must and where one may", () => {
    const { paths, components } = documentOf("apps/chat");
    expect(components.securitySchemes).toEqual({
      authorization: { type: "http", scheme: "bearer" },
      token: { type: "apiKey", in: "query", name: "token" },
    });
    const either = [{ authorization: [] }, { token: [] }];
    expect(paths["/me"]?.get?.security).toEqual(either);
    expect(paths["/rooms/{room}/upload"]?.get?.security).toEqual([{}, ...either]);
  });

  it("tells what goes over a stream, and that it is one", () => {
    expect(documentOf("apps/chat").paths["/rooms/{room}"]?.get).toMatchObject({
      parameters: [
        { name: "room", in: "path" },
        { name: "quiet", in: "query", schema: { type: "boolean" } },
      ],
      responses: { 101: expect.anything() },
      "x-encore-stream": {
        kind: "streamInOut",
        clientSends: { $ref: "#/components/schemas/Said" },
        serverSends: { $ref: "#/components/schemas/Heard" },
      },
    });
  });

  it("gives each use of a generic type a name of its own", () => {
    expect(documentOf("apps/echo").components.schemas).toHaveProperty("Page_string");
  });
});

it("agrees with every recorded answer of Encore's own runtime", () => {
  interface Recorded {
    name: string;
    request?: { method: string; path: string };
    response: { status: number; headers: Record<string, string>; body?: { json: unknown } | string };
  }
  const cases: Recorded[] = JSON.parse(readFileSync(here("conformance/cases.json"), "utf8"));
  // Two handlers of this app break their own declared types, to show that Encore lets them.
  const untrue = ["path/wild/empty", "response/missing"];
  const judge = new DocumentJudge(documentOf("conformance/app"));
  let judged = 0;
  const faults = cases.flatMap(({ name, request, response }) => {
    if (request === undefined || untrue.includes(name)) return [];
    const method = request.method.toLowerCase();
    const template = judge.templateFor(request.path.split("?")[0] ?? "", method);
    if (template === undefined) return [];
    judged++;
    const { body = "" } = response;
    const text = typeof body === "string" ? body : JSON.stringify(body.json);
    const fault = judge.fault({ template, method }, { ...response, text });
    return fault === undefined ? [] : [`${name}: ${fault}`];
  });
  expect(faults).toEqual([]);
  expect(judged).toBeGreaterThan(200);
});

describe("the document of an app that runs", () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await runApp(here("apps/echo"));
  });
  afterAll(async () => {
    expect(await app.stop()).toBe(0);
  });

  it("leads to an endpoint with each of its operations", async () => {
    for (const { method, template } of new DocumentJudge(documentOf("apps/echo")).operations) {
      if (method === "trace") continue; // Node's client does not send it.
      const target = template.replace(/\{[^}]*\}/g, "true");
      const { text } = await send(app.url, { method: method.toUpperCase(), target, headers: {} });
      expect(text).not.toMatch(/endpoint not found|no route for method/);
    }
  });

  it("tells every answer that the app gives", { timeout: 120_000 }, async () => {
    const judge = new DocumentJudge(documentOf("apps/echo"));
    await fc.assert(
      fc.asyncProperty(requestsTo(modelOf("apps/echo")), async (request) => {
        const method = request.method.toLowerCase();
        const template = judge.templateFor(request.target.split("?")[0] ?? "", method);
        fc.pre(template !== undefined && !makesHandlersLie(request));
        expect(judge.fault({ template: template ?? "", method }, await send(app.url, request))).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it("takes the bodies that the app takes, and no others", { timeout: 120_000 }, async () => {
    const operation = { template: "/everything", method: "post" };
    const judge = new DocumentJudge(documentOf("apps/echo"));
    const counts = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(bodiesOf(modelOf("apps/echo")), async (body) => {
        const text = JSON.stringify(body);
        // Encore counts the bytes of a text, JSON Schema its characters; and Encore takes no half of a character.
        fc.pre(/^[\x20-\x7e]*$/.test(text) && !text.includes("\\ud"));
        const { status } = await send(app.url, { method: "POST", target: "/everything", headers: {}, body: text });
        expect(judge.takesBody(operation, body)).toBe(status === 200);
        counts[status === 200 ? "taken" : "refused"]++;
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(RUNS / 20);
  });
});

/** A right body in which a few fields are others, right or wrong. */
function bodiesOf(model: AppModel): fc.Arbitrary<Record<string, unknown>> {
  const fields = topFields(
    model.services.flatMap(({ endpoints }) => endpoints).find(({ name }) => name === "everything")?.request,
    model.declarations,
  );
  return fc
    .tuple(
      record(fields, model),
      fc.subarray(
        fields.map(({ name }) => name),
        { maxLength: 3 },
      ),
    )
    .map(([generated, chosen]) => ({
      ...{ text: "a", count: 1, on: true, list: ["b"] },
      ...Object.fromEntries(chosen.map((name) => [name, generated[name]])),
    }));
}

/**
 * The handlers hand back what they got, and Encore gives them something else than declared in two cases: an empty wildcard
 * is no field at all, and a whole number that is not exact as a double is a bigint, which leaves as text.
 */
function makesHandlersLie({ target, body = "" }: GeneratedRequest): boolean {
  return /^\/scattered\/[^/]*\/?(\?|$)/.test(target) || /\d{16,}/.test(`${target} ${body}`);
}
