import type { Endpoint, Service } from "../model/types";
import { importPath, serviceIdentifier } from "./identifier";

const HEADER = "// Written by encore-local from the app's source. Changes are lost.\n";

/** Files of `~encore/clients`, by their path inside encore.gen. */
export function clientFiles(services: Service[]): Record<string, string> {
  const files: Record<string, string> = {
    "clients/index.js": HEADER + services.map((service) => reexport(service, ".js")).join(""),
    "clients/index.d.ts": HEADER + services.map((service) => reexport(service, "")).join(""),
  };
  for (const service of services) {
    const folder = `internal/clients/${service.name}`;
    files[`${folder}/endpoints.js`] = runtimeModule(service);
    files[`${folder}/endpoints.d.ts`] = typesModule(service);
    files[`${folder}/endpoints_testing.js`] = testingModule(service);
  }
  return files;
}

function reexport({ name }: Service, extension: string): string {
  return `export * as ${serviceIdentifier(name)} from "../internal/clients/${name}/endpoints${extension}";\n`;
}

/** The function of `encore.dev/internal/codegen/api` that carries a call. */
function carrier({ kind }: Endpoint): string {
  return kind === "streamIn" || kind === "streamOut" || kind === "streamInOut" ? kind : "apiCall";
}

function takesParameters({ request }: Endpoint): boolean {
  return request !== undefined;
}

/** Only what has a handler of its own can be called: static files are the server's. */
function callable({ endpoints }: Service): Endpoint[] {
  return endpoints.filter(({ kind }) => kind !== "static");
}

const CLIENT_CLASS = `
export class Client {
  constructor() {
ASSIGNMENTS  }
}

let client;

export function ref() {
  client ??= new Client();
  return client;
}
`;

function runtimeModule(service: Service): string {
  const endpoints = callable(service);
  const functions = endpoints.map((endpoint) => {
    const signature = takesParameters(endpoint) ? "params, opts" : "opts";
    const params = takesParameters(endpoint) ? "params" : "undefined";
    return `
export async function ${endpoint.name}(${signature}) {
  if (testing !== null) return testing.${endpoint.name}(${params}, opts);
  return ${carrier(endpoint)}(${JSON.stringify(service.name)}, ${JSON.stringify(endpoint.name)}, ${params}, opts);
}
`;
  });
  const assignments = endpoints.map(({ name }) => `    this.${name} = ${name};\n`).join("");
  return `${HEADER}import { apiCall, streamIn, streamOut, streamInOut } from "encore.dev/internal/codegen/api";

// In a test run the handlers are called through modules that import them; a server's bundle never holds those.
const testing =
  typeof ENCORE_DROP_TESTS === "undefined" && process.env.NODE_ENV === "test"
    ? await import("./endpoints_testing.js")
    : null;
${functions.join("")}${CLIENT_CLASS.replace("ASSIGNMENTS", assignments)}`;
}

/** `expose`, `auth` and the like, as the SDK's middleware selection wants them. */
export function endpointOptions({ expose, auth, kind, tags }: Endpoint): string {
  return JSON.stringify({ expose, auth, isRaw: kind === "raw", isStream: kind.startsWith("stream"), tags });
}

/** The route of a handler entry, as source text. */
export function apiRoute(endpoint: Endpoint, handler: string): string {
  const { service, name, kind } = endpoint;
  const fields = [
    `service: ${JSON.stringify(service)}`,
    `name: ${JSON.stringify(name)}`,
    `raw: ${kind === "raw"}`,
    `streamingRequest: ${kind === "streamIn" || kind === "streamInOut"}`,
    `streamingResponse: ${kind === "streamOut" || kind === "streamInOut"}`,
    `handler: ${handler}`,
  ];
  return `{ ${fields.join(", ")} }`;
}

function testingModule(service: Service): string {
  const { module } = service;
  const imported = module === undefined ? "" : `import * as service from ${importPath(module, 4)};\n`;
  const middlewares = module === undefined ? "[]" : "service.default.cfg.middlewares || []";
  const functions = callable(service).map(
    (endpoint) => `
export async function ${endpoint.name}(params, opts) {
  const handler = (await import(${importPath(endpoint.module, 4)})).${endpoint.binding};
  registerTestHandler({
    apiRoute: ${apiRoute(endpoint, "handler")},
    middlewares: ${middlewares},
    endpointOptions: ${endpointOptions(endpoint)},
  });
  return ${carrier(endpoint)}(${JSON.stringify(service.name)}, ${JSON.stringify(endpoint.name)}, params, opts);
}
`,
  );
  return `${HEADER}import { apiCall, streamIn, streamOut, streamInOut } from "encore.dev/internal/codegen/api";
import { registerTestHandler } from "encore.dev/internal/codegen/appinit";
${imported}${functions.join("")}`;
}

/** An endpoint's type is that of its handler, with call options behind the parameters. */
function typesModule(service: Service): string {
  // A handler that its module keeps to itself has no type to import.
  const endpoints = callable(service).filter(({ exported }) => exported);
  const imports = endpoints.map(
    ({ binding, name, module }) => `import { ${binding} as ${name}_handler } from ${importPath(module, 4)};\n`,
  );
  const types = endpoints.map(
    ({ name, kind }) => `export declare const ${name}: ${TYPES[kind]}<typeof ${name}_handler>;\n`,
  );
  const members = endpoints.map(({ name }) => `  readonly ${name}: typeof ${name};\n`);
  return `${HEADER}import type {
  CallOpts,
  StreamIn,
  StreamInHandlerFn,
  StreamInOut,
  StreamInOutHandlerFn,
  StreamOutHandlerFn,
  StreamOutWithResponse,
} from "encore.dev/api";
${imports.join("")}
type Arguments<T> = T extends (...args: infer P) => unknown ? P : never;
type Handshake<T> = Arguments<T> extends [infer H, unknown] ? [data: H] : [];
type Incoming<T> = T extends StreamInOutHandlerFn<any, infer I, any> | StreamInHandlerFn<any, infer I, any> ? I : never;
type Outgoing<T> = T extends
  | StreamInOutHandlerFn<any, any, infer O>
  | StreamInHandlerFn<any, any, infer O>
  | StreamOutHandlerFn<any, infer O>
  ? O
  : never;

type Call<T extends (...args: any) => any> = (...args: [...Arguments<T>, opts?: CallOpts]) => ReturnType<T>;
type CallStreamIn<T> = (
  ...args: [...Handshake<T>, opts?: CallOpts]
) => Promise<StreamOutWithResponse<Incoming<T>, Outgoing<T>>>;
type CallStreamOut<T> = (...args: [...Handshake<T>, opts?: CallOpts]) => Promise<StreamIn<Outgoing<T>>>;
type CallStreamInOut<T> = (
  ...args: [...Handshake<T>, opts?: CallOpts]
) => Promise<StreamInOut<Outgoing<T>, Incoming<T>>>;

${types.join("")}
export class Client {
  private constructor();
${members.join("")}}

export declare function ref(): Client;

// Without this the types above would be exported as well.
export {};
`;
}

const TYPES: Record<Endpoint["kind"], string> = {
  typed: "Call",
  raw: "Call",
  static: "Call",
  streamIn: "CallStreamIn",
  streamOut: "CallStreamOut",
  streamInOut: "CallStreamInOut",
};
