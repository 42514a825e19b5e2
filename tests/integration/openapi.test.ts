import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";
import { readApp } from "../../encore-local/src/model/read-app";
import { openApiDocument } from "../../encore-local/src/openapi/document";

const { model } = readApp(fileURLToPath(new URL("../..", import.meta.url)));
const document = openApiDocument(model, { server: "http://localhost:4000" });
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
);

it("Vaporform's API is documented in valid OpenAPI", async () => {
  const validator = new Validator();
  expect((await validator.validate(JSON.parse(JSON.stringify(document)))).errors ?? []).toEqual([]);
});

it("every exposed endpoint is documented", () => {
  const exposed = model.services.flatMap(({ endpoints }) => endpoints.filter(({ expose }) => expose));
  expect(
    new Set(operations.map(({ operation }) => String(operation.operationId).split(".").slice(0, 2).join("."))),
  ).toEqual(new Set(exposed.map(({ service, name }) => `${service}.${name}`)));
});

it("every operation says what it is for", () => {
  expect(operations.filter(({ operation }) => !operation.summary).map(({ name }) => name)).toEqual([]);
});

it("nothing but the health checks is open to a caller who has not signed in", () => {
  const open = operations.filter(({ operation }) =>
    (operation.security as object[]).some((way) => !("authorization" in way)),
  );
  expect(open.map(({ name }) => name)).toEqual(["get /healthz", "get /readyz"]);
});
