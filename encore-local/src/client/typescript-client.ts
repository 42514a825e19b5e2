import { placeFields, topFields, wireName } from "../endpoint/fields";
import type { AppModel, Field, Service } from "../model/types";
import type { AuthHandler } from "../primitives/gateway/parse";
import { type AuthText, BASE_TYPES, baseClient, HELPERS } from "./base-text";
import { docText, indent } from "./doc-text";
import { ERRORS } from "./error-text";
import { identifier, member, propertyKey } from "./identifiers";
import { methodText } from "./method-text";
import { STREAMS } from "./stream-text";
import { TypeText } from "./type-text";

export interface ClientTextOptions {
  /** The default export is then a client of the app that is served there, in place of the class. */
  target?: string;
}

/** A client in TypeScript for what an app exposes, of the same shape as the one that Encore's CLI generates. */
export function typescriptClient(model: AppModel, { target }: ClientTextOptions = {}): string {
  const types = new TypeText(model);
  const services = model.services.filter(({ endpoints }) => endpoints.some(({ expose }) => expose));
  const auth = authOf(model, types);
  const classes = new Map(services.map((service) => [identifier(service.name), serviceClass(service, types)]));
  const declarations = types.declarations();
  const namespaces = [...new Set([...classes.keys(), ...declarations.keys()])].sort().map((name) => {
    const service = services.find((candidate) => identifier(candidate.name) === name);
    const parts = [...(declarations.get(name) ?? []), ...(classes.has(name) ? [classes.get(name) ?? ""] : [])];
    return `\n${docText(service?.doc)}export namespace ${name} {\n${indent(parts.join("\n"))}}\n`;
  });
  const name = model.app.id || model.app.name;
  const base = baseClient({ userAgent: `${name}-Generated-TS-Client (encore-local)`, auth: auth ?? NO_AUTH });
  const calling = [...namespaces, base].join("");
  const helpers = Object.entries(HELPERS).filter(([helper]) => new RegExp(`\\b${helper}[(<]`).test(calling));
  return [
    HEADER,
    clientClass({ name, services, exported: target === undefined ? "export default" : "export" }),
    clientOptions(auth?.type),
    ...namespaces,
    BASE_TYPES,
    ...helpers.map(([, text]) => text),
    base,
    STREAMS,
    ERRORS,
    target === undefined ? "" : defaultClient(target),
  ].join("");
}

const HEADER = `// Written by encore-local from the app's source. Changes are lost.

/* eslint-disable */
/* jshint ignore:start */
/*jslint-disable*/
/* biome-ignore-all lint: generated */
`;

const defaultClient = (target: string): string =>
  `\nexport default new Client(${JSON.stringify(target)}, { requestInit: { credentials: "include" } });\n`;

function serviceClass({ endpoints }: Service, types: TypeText): string {
  const exposed = endpoints.filter(({ expose }) => expose);
  const names = exposed.map(({ name }) => identifier(name));
  const namespace = identifier(exposed[0]?.service ?? "");
  const bound = names.map((name) => `    this.${name} = this.${name}.bind(this);\n`).join("");
  const methods = exposed.map((endpoint) => `\n${indent(methodText(endpoint, { types, namespace }))}`).join("");
  return `export class ServiceClient {
  private baseClient: BaseClient;

  constructor(baseClient: BaseClient) {
    this.baseClient = baseClient;
${bound}  }
${methods}}
`;
}

interface ClientClass {
  /** The app's. */
  name: string;
  services: Service[];
  exported: string;
}

function clientClass({ name: app, services, exported }: ClientClass): string {
  const names = services.map(({ name }) => identifier(name));
  return `
/** Where an app is served. */
export type BaseURL = string;

export const Local: BaseURL = "http://localhost:4000";

/** Where the cloud environment of that name is served. */
export function Environment(name: string): BaseURL {
  return \`https://\${name}-${app}.encr.app\`;
}

/** Where the preview environment of a pull request is served. */
export function PreviewEnv(pr: number | string): BaseURL {
  return Environment(\`pr\${pr}\`);
}

const BROWSER = typeof globalThis === "object" && "window" in globalThis;

/** A client of ${app}. */
${exported} class Client {
${names.map((name) => `  public readonly ${name}: ${name}.ServiceClient;\n`).join("")}  private readonly options: ClientOptions;
  private readonly target: string;

  /**
   * @param target where the app is served: Local, Environment("name"), or any URL
   * @param options what is to be other than usual
   */
  constructor(target: BaseURL, options?: ClientOptions) {
    this.target = target;
    this.options = options ?? {};
    const base = new BaseClient(this.target, this.options);
${names.map((name) => `    this.${name} = new ${name}.ServiceClient(base);\n`).join("")}  }

  /** A client with some options other than this one's. */
  public with(options: ClientOptions): Client {
    return new Client(this.target, { ...this.options, ...options });
  }
}
`;
}

function clientOptions(authType: string | undefined): string {
  const auth =
    authType === undefined
      ? ""
      : `
  /** Signs in: the same with each request, or what a function gives for each. */
  auth?: ${authType} | AuthDataGenerator;
`;
  const generator =
    authType === undefined
      ? ""
      : `
export type AuthDataGenerator = () => ${authType} | Promise<${authType} | undefined> | undefined;
`;
  return `
export interface ClientOptions {
  /** Makes the requests in place of the platform's fetch. */
  fetcher?: Fetcher;

  /** Goes with each request. */
  requestInit?: Omit<RequestInit, "headers"> & { headers?: Record<string, string> };

  /** Opens the streams in place of the platform's WebSocket; Node has one from version 22. */
  webSocket?: WebSocketConstructor;
${auth}}
${generator}`;
}

const NO_AUTH: AuthText = { field: "", setUp: "", read: "    return undefined;\n" };

/** How a client signs in; undefined when the app has no auth handler, or one that takes cookies alone. */
function authOf(model: AppModel, types: TypeText): (AuthText & { type: string }) | undefined {
  const handler = model.gateways.find(({ authHandler }) => authHandler !== undefined)?.authHandler;
  if (handler === undefined) return undefined;
  const fields = topFields(handler.params, model.declarations).filter(({ wire }) => wire?.in !== "cookie");
  return fields.length === 0 ? undefined : authText(handler, fields, types);
}

function authText({ params }: AuthHandler, fields: Field[], types: TypeText): AuthText & { type: string } {
  const { header, query } = placeFields(fields, "query");
  const record = (some: Field[], write: string) =>
    some
      .map((field) => `        ${propertyKey(wireName(field))}: ${write}(${member("authData", field.name)}),\n`)
      .join("");
  return {
    type: types.objectOf(params, fields),
    field: "  readonly authGenerator: AuthDataGenerator | undefined;\n",
    setUp: `    const { auth } = options;
    this.authGenerator = auth === undefined || typeof auth === "function" ? auth : () => auth;
`,
    read: `    const authData = await this.authGenerator?.();
    if (authData === undefined) return undefined;
    return {
      headers: makeRecord<string>({
${record(header, "headerText")}      }),
      query: makeRecord<string | string[]>({
${record(query, "queryText")}      }),
    };
`,
  };
}
