/**
 * The model of an Encore.ts application: what the parser reads from the source and everything else works from.
 * It is plain JSON (it crosses a process boundary to the runtime) and holds no values of secrets.
 *
 * Glossary: an *endpoint* is a function behind `api(...)` or one of its kin; a *declaration* is a named type that
 * schemas refer to; a *location* points into the source, for diagnostics.
 */

/** A place in the source. `file` is relative to the app's root with forward slashes; `line` and `column` start at 1. */
export interface Location {
  file: string;
  line: number;
  column: number;
}

/** Each primitive adds its own part, in the module of its parser. */
export interface AppModel {
  /** Absolute path of the folder that holds `encore.app`. */
  root: string;
  app: { id: string; name: string; cors: CorsConfig };
  services: Service[];
  /** Named types by declaration id. A `ref` schema points into it, so recursion is representable. */
  declarations: Record<string, Declaration>;
}

/** The parts of the model that primitives add: lists of what is found. */
export type PrimitiveLists = Omit<AppModel, "root" | "app" | "services" | "declarations">;

/** `global_cors` of encore.app, with Encore's defaults filled in. */
export interface CorsConfig {
  debug: boolean;
  allowHeaders: string[];
  exposeHeaders: string[];
  allowOriginsWithoutCredentials: string[];
  /** Absent means Encore's default (locally: any origin). */
  allowOriginsWithCredentials?: string[];
}

export interface Service {
  name: string;
  /** Relative to the root, "" for the root itself. */
  folder: string;
  /** The module `encore.service.ts`; absent for a folder that is a service by what it defines. */
  module?: string;
  doc?: string;
  endpoints: Endpoint[];
  location: Location;
}

export type EndpointKind = "typed" | "raw" | "static" | "streamIn" | "streamOut" | "streamInOut";

export interface Endpoint {
  service: string;
  name: string;
  kind: EndpointKind;
  /** Module path relative to the root, without extension: what the generated entry point imports. */
  module: string;
  /** The identifier that the module binds the endpoint to; exported or not (`exported` says which). */
  binding: string;
  exported: boolean;
  doc?: string;
  expose: boolean;
  auth: boolean;
  tags: string[];
  /** HTTP methods in upper case, or `"*"` alone for all. Streams have `["GET"]`. */
  methods: string[];
  path: PathSegment[];
  /** Bytes; null lifts the limit. */
  bodyLimit: number | null;
  /** typed: the request; streams: the handshake. Absent when the handler takes none. */
  request?: Schema;
  /** typed: the response; streamIn: the final answer. Absent for void. */
  response?: Schema;
  /** streamIn, streamInOut: what the client sends. */
  incoming?: Schema;
  /** streamOut, streamInOut: what the server sends. */
  outgoing?: Schema;
  static?: StaticConfig;
  location: Location;
}

export interface StaticConfig {
  /** Absolute paths. */
  dir: string;
  notFound?: string;
  /** Status of the notFound answer; 404 unless the app says otherwise. */
  notFoundStatus?: number;
  headers?: Record<string, string[]>;
}

export type PathSegment =
  | { kind: "literal"; value: string }
  | { kind: "param"; name: string; type: "string" | "number" | "boolean" | "bigint" }
  | { kind: "wildcard"; name: string }
  /** `/!rest`: matches what nothing else matches. */
  | { kind: "fallback"; name: string };

export interface Declaration {
  name: string;
  /** What a generic type was given: each use with other arguments is a declaration of its own. */
  typeArguments?: Schema[];
  schema: Schema;
  doc?: string;
  location: Location;
}

/** What a value looks like on the wire. `validation` holds the rules of `encore.dev/validate`. */
export type Schema = SchemaShape & { validation?: ValidationExpr };

export type SchemaShape =
  | { kind: "any" | "string" | "number" | "boolean" | "bigint" | "date" | "decimal" | "null" }
  | { kind: "literal"; value: string | number | boolean }
  | { kind: "array"; element: Schema }
  | { kind: "map"; value: Schema }
  | { kind: "object"; fields: Field[] }
  | { kind: "union"; types: Schema[] }
  | { kind: "ref"; id: string };

export interface Field {
  /** The property's name in TypeScript. */
  name: string;
  optional: boolean;
  schema: Schema;
  doc?: string;
  /** Absent: where the field travels follows from the endpoint (path, then query for GET, HEAD and DELETE, else body). */
  wire?: Wire;
}

export type Wire =
  | { in: "header"; name: string }
  | { in: "query"; name: string }
  | { in: "cookie"; name: string }
  | { in: "status" }
  /** Pub/Sub message attribute. */
  | { in: "attribute" };

export type ValidationExpr = { kind: "rule"; rule: ValidationRule } | { kind: "and" | "or"; exprs: ValidationExpr[] };

export type ValidationRule =
  | { name: "minLen" | "maxLen" | "min" | "max"; value: number }
  | { name: "startsWith" | "endsWith" | "matchesRegexp"; value: string }
  | { name: "isEmail" | "isURL" };
