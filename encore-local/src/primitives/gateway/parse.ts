import ts from "typescript";
import { Options } from "../../model/literals";
import { locationOf } from "../../model/reporter";
import type { Location, Schema } from "../../model/types";
import { modulePath, type PrimitiveParser } from "../parser";

declare module "../../model/types" {
  interface AppModel {
    gateways: Gateway[];
  }
}

export interface Gateway {
  name: string;
  module: string;
  binding: string;
  authHandler?: AuthHandler;
  location: Location;
}

export interface AuthHandler {
  service: string;
  name: string;
  module: string;
  binding: string;
  /** Where the parameters come from is in the fields' `wire`. */
  params: Schema;
  authData: Schema;
  location: Location;
}

/** `authHandler<Params, Data>(async (params) => ...)`, bound to a constant. */
export const authHandlerParser: PrimitiveParser = {
  package: "encore.dev/auth",
  exports: ["authHandler"],
  lists: () => ({}),
  inService: true,

  parse(use, context) {
    const { node, binding } = use;
    const { reporter, schemas } = context;
    if (!use.topLevel) return reporter.report("E1101", node, { detail: "authHandler" });
    if (binding === undefined) return reporter.report("E1102", node, { detail: "authHandler" });
    const service = context.serviceOf(use.module.file);
    if (service === undefined) return reporter.report("E1401", node, { detail: "authHandler" });
    const handler = node.arguments?.[0];
    if (handler === undefined) return reporter.report("E1005", node, { detail: "the handler" });
    const [paramsType, dataType] = signature(handler);
    const params = paramsType ?? node.typeArguments?.[0];
    const data = dataType ?? node.typeArguments?.[1];
    if (params === undefined || data === undefined) {
      return reporter.report("E1005", node, { detail: "the types, as in authHandler<AuthParams, AuthData>" });
    }
    const scope = { module: use.module, bindings: new Map() };
    const authHandler: AuthHandler = {
      service,
      name: binding.name,
      module: modulePath(use),
      binding: binding.name,
      params: schemas.read(params, scope).schema,
      authData: schemas.read(data, scope).schema,
      location: locationOf(node),
    };
    for (const [type, schema] of [
      [params, authHandler.params],
      [data, authHandler.authData],
    ] as const) {
      if (schemas.fieldsOf(schema) === undefined) reporter.report("E1201", type, { detail: type.getText() });
    }
    for (const field of schemas.fieldsOf(authHandler.params) ?? []) {
      if (field.wire === undefined) reporter.report("E1207", params, { detail: field.name });
    }
    if (context.authHandlers.length > 0) return reporter.report("E1103", node, { detail: "a second auth handler" });
    context.bindResource(use, `${service}.${binding.name}`);
    context.authHandlers.push(authHandler);
  },
};

/** `new Gateway({ authHandler })` */
export const gatewayParser: PrimitiveParser<"gateways"> = {
  package: "encore.dev/api",
  exports: ["Gateway"],
  lists: () => ({ gateways: [] }),
  inService: true,

  parse(use, context) {
    const { node, binding } = use;
    const { reporter, model } = context;
    if (!use.topLevel) return reporter.report("E1101", node, { detail: "Gateway" });
    if (binding === undefined) return reporter.report("E1102", node, { detail: "Gateway" });
    const options = Options.of(node.arguments?.[0], { at: node, known: ["authHandler"], reporter });
    if (options === undefined) return;
    const reference = options.expression("authHandler");
    context.later(() => {
      const name = reference === undefined ? undefined : context.resourceName(reference, use.module);
      const authHandler = context.authHandlers.find((handler) => `${handler.service}.${handler.name}` === name);
      if (reference !== undefined && authHandler === undefined) {
        return reporter.report("E1503", reference, { detail: "the gateway's auth handler" });
      }
      if (model.gateways.length > 0) return reporter.report("E1103", node, { detail: "a second gateway" });
      model.gateways.push({
        name: "api-gateway",
        module: modulePath(use),
        binding: binding.name,
        ...(authHandler === undefined ? {} : { authHandler }),
        location: locationOf(node),
      });
    });
  },
};

/** The annotations of `async (params: Params): Promise<Data> => ...`. */
function signature(handler: ts.Expression): (ts.TypeNode | undefined)[] {
  if (!(ts.isArrowFunction(handler) || ts.isFunctionExpression(handler))) return [];
  return [handler.parameters[0]?.type, handler.type];
}
