import { openApiDocument } from "../openapi/document";
import { type Command, parseCommandArgs } from "./command";
import { readAcceptedApp } from "./read-accepted-app";
import { writeOutput } from "./write-output";

export const openapiCommand: Command = {
  name: "openapi",
  summary: "writes OpenAPI 3.1 for the endpoints that the app exposes",
  help: `encore-local openapi [--output FILE] [options]

Writes an OpenAPI 3.1 document for the endpoints that the app exposes. Descriptions come from the doc comments of services,
endpoints, types and fields; these tags of theirs are read:

  @example VALUE            a value of a field or type, or an endpoint's request; JSON, or text as it is
  @example response VALUE   an endpoint's answer
  @throws CODE REASON       when an endpoint fails with that code, such as not_found
  @deprecated               of an endpoint, type or field

  --output FILE             writes the file; standard output without it
  --server URL              where the app is served; http://localhost:4000
  --api-version TEXT        the version of the API; 1
`,
  async run(args) {
    const { values } = parseCommandArgs({
      args,
      options: {
        output: { type: "string", short: "o" },
        server: { type: "string", default: "http://localhost:4000" },
        "api-version": { type: "string", default: "1" },
      },
    });
    const model = readAcceptedApp();
    if (model === undefined) return 1;
    const document = openApiDocument(model, { server: values.server, version: values["api-version"] });
    writeOutput(`${JSON.stringify(document, null, 2)}\n`, values.output);
    return 0;
  },
};
