import type { AppModel } from "../model/types";
import { apiRoute, endpointOptions } from "./clients";
import { importPath, serviceIdentifier } from "./identifier";

/** Folders between the entry point and the app's root. */
const DEPTH = 4;

export const ENTRY_POINT = "internal/entrypoints/combined/main.ts";

/**
 * The module that runs the app: it imports everything that defines a resource, registers gateways and handlers, and
 * hands over to the SDK.
 */
export function entryPoint(model: AppModel): string {
  const endpoints = model.services.flatMap((service) => service.endpoints).filter(({ kind }) => kind !== "static");
  const gateways = model.gateways.map((gateway, i) => ({ ...gateway, local: `gateway${i}` }));
  const handlers = endpoints.map((endpoint, i) => ({ endpoint, local: `handler${i}` }));
  const services = model.services.flatMap(({ name, module }) =>
    module === undefined ? [] : { name, module, local: `${serviceIdentifier(name)}_service` },
  );
  const middlewares = (name: string) => {
    const service = services.find((candidate) => candidate.name === name);
    return service === undefined ? "[]" : `${service.local}.default.cfg.middlewares || []`;
  };
  return `// Written by encore-local from the app's source. Changes are lost.
import { registerGateways, registerHandlers, run, type Handler } from "encore.dev/internal/codegen/appinit";
${gateways.map(({ binding, local, module }) => `import { ${binding} as ${local} } from ${importPath(module, DEPTH)};\n`).join("")}${handlers
  .map(
    ({ endpoint, local }) => `import { ${endpoint.binding} as ${local} } from ${importPath(endpoint.module, DEPTH)};\n`,
  )
  .join(
    "",
  )}${[...sideEffectModules(model)].map((module) => `import ${importPath(module, DEPTH)};\n`).join("")}${services
  .map(({ local, module }) => `import * as ${local} from ${importPath(module, DEPTH)};\n`)
  .join("")}
registerGateways([${gateways.map(({ local }) => local).join(", ")}]);

const handlers: Handler[] = [
${handlers
  .map(
    ({ endpoint, local }) => `  {
    apiRoute: ${apiRoute(endpoint, local)},
    endpointOptions: ${endpointOptions(endpoint)},
    middlewares: ${middlewares(endpoint.service)},
  },
`,
  )
  .join("")}];

registerHandlers(handlers);

await run(import.meta.url);
`;
}

/** Modules that are needed for what they define rather than for a name. */
function sideEffectModules(model: AppModel): Set<string> {
  return new Set(model.subscriptions.map(({ module }) => module));
}
