import { SchemaCompiler } from "../codec/compile-schema";
import { defaultPlaceOf, topFields } from "../endpoint/fields";
import { type Compilers, RequestDecoder } from "../endpoint/request-decoder";
import { compileResponseDecoder, type ResponseDecoder } from "../endpoint/response-decoder";
import { type HandlerResult, ResponseEncoder } from "../endpoint/response-encoder";
import { Router } from "../http/router";
import type { AppModel, Endpoint } from "../model/types";
import type { EndpointDescription, Request } from "./request";

/** A handler as the SDK registers it; what comes beside the request depends on the kind of endpoint. */
export type Handler = (request: Request, ...more: unknown[]) => HandlerResult | Promise<HandlerResult>;

/** An endpoint with everything that can be worked out before the first request. */
export interface CompiledEndpoint {
  model: Endpoint;
  description: EndpointDescription;
  /** For the methods the endpoint answers. */
  decoderFor(method: string): RequestDecoder | undefined;
  encoder: ResponseEncoder;
  decodeResponse: ResponseDecoder;
  /** Set once the app has registered it. */
  handler?: Handler;
}

export class EndpointTable {
  readonly router = new Router<CompiledEndpoint>();
  readonly #byName = new Map<string, CompiledEndpoint>();

  constructor(model: AppModel, decimal: (value: string) => unknown) {
    const { declarations } = model;
    const compilers: Compilers = {
      json: new SchemaCompiler({ declarations, decimal, fromQuery: false }),
      query: new SchemaCompiler({ declarations, decimal, fromQuery: true }),
    };
    for (const endpoint of model.services.flatMap((service) => service.endpoints)) {
      const compiled = compileEndpoint(endpoint, { model, compilers });
      this.#byName.set(nameOf(endpoint.service, endpoint.name), compiled);
      this.router.add(endpoint.path, methodsOf(endpoint), compiled);
    }
    this.router.finish();
  }

  get(service: string, endpoint: string): CompiledEndpoint | undefined {
    return this.#byName.get(nameOf(service, endpoint));
  }

  all(): Iterable<CompiledEndpoint> {
    return this.#byName.values();
  }
}

const nameOf = (service: string, endpoint: string): string => `${service}.${endpoint}`;

export const HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"];

export const methodsOf = (endpoint: Endpoint): string[] =>
  endpoint.methods.includes("*") ? HTTP_METHODS : endpoint.methods;

export const isStream = (endpoint: Endpoint): boolean => endpoint.kind.startsWith("stream");

function compileEndpoint(
  endpoint: Endpoint,
  { model, compilers }: { model: AppModel; compilers: Compilers },
): CompiledEndpoint {
  const fields = topFields(endpoint.request, model.declarations);
  const decoders = new Map<string, RequestDecoder>();
  const byMethod = new Map<string, RequestDecoder>();
  for (const method of methodsOf(endpoint)) {
    const rest = isStream(endpoint) ? "query" : defaultPlaceOf(method);
    const decoder = decoders.get(rest) ?? new RequestDecoder(endpoint, fields, { rest, compilers });
    decoders.set(rest, decoder);
    byMethod.set(method, decoder);
  }
  const encoder = new ResponseEncoder(endpoint.response, model.declarations);
  return {
    model: endpoint,
    description: {
      service: endpoint.service,
      endpoint: endpoint.name,
      raw: endpoint.kind === "raw" || endpoint.kind === "static",
      requiresAuth: endpoint.auth,
      tags: endpoint.tags,
    },
    decoderFor: (method) => byMethod.get(method),
    encoder,
    decodeResponse: compileResponseDecoder(encoder, compilers.json),
  };
}
