import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { OpenApiDocument } from "../../src/openapi/document";

export interface Answered {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

interface Response {
  headers?: Record<string, { required?: boolean }>;
  content?: Record<string, object>;
}

/** Holds answers, and bodies of requests, to what an OpenAPI document says of them. */
export class DocumentJudge {
  readonly #document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addFormat("decimal", /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i);
    this.#ajv.addSchema({ $id: "document", ...document });
  }

  /** `get /url/{id}`, for each operation. */
  get operations(): { method: string; template: string }[] {
    return Object.entries(this.#document.paths).flatMap(([template, item]) =>
      Object.keys(item).map((method) => ({ method, template })),
    );
  }

  /** The template that a path belongs to: the one with the fewest parameters that fits. */
  templateFor(path: string, method: string): string | undefined {
    const fits = Object.keys(this.#document.paths).filter((template) => {
      const item = this.#document.paths[template]?.[method];
      return item !== undefined && patternOf(template, isGreedy(item)).test(path);
    });
    return fits.sort((a, b) => parametersIn(a) - parametersIn(b))[0];
  }

  /** What is wrong with an answer; undefined when nothing is. */
  fault({ template, method }: { template: string; method: string }, answer: Answered): string | undefined {
    const responses = pointer("paths", template, method, "responses");
    const known = this.#at(responses) as Record<string, { $ref?: string }>;
    const key = [String(answer.status), `${String(answer.status)[0]}XX`, "default"].find((name) => name in known);
    if (key === undefined) return `the status ${answer.status} is not documented`;
    const reference = known[key]?.$ref;
    const place = reference ?? `${responses}/${key}`;
    const { headers = {}, content } = this.#at(place) as Response;
    const lacking = Object.entries(headers).find(
      ([name, { required }]) => required === true && answer.headers[name.toLowerCase()] === undefined,
    );
    if (lacking !== undefined) return `the header ${lacking[0]} is missing`;
    if (answer.text === "" && (content === undefined || method === "head" || BODILESS.has(answer.status)))
      return undefined;
    if (content === undefined) return "a body, where none is documented";
    const type = String(answer.headers["content-type"]).split(";")[0] ?? "";
    if ("*/*" in content || (type === "text/plain" && type in content)) return undefined;
    if (type !== "application/json") return `the content type ${type} is not documented`;
    return this.#bodyFault(`${place}/content/${pointerStep("application/json")}/schema`, answer);
  }

  /** Whether the document takes this for the body of a request; undefined when there is none to take. */
  takesBody({ template, method }: { template: string; method: string }, body: unknown): boolean | undefined {
    const place = pointer("paths", template, method, "requestBody", "content", "application/json", "schema");
    if (this.#at(place) === undefined) return undefined;
    return this.#validator(place)(body);
  }

  #bodyFault(place: string, { text }: Answered): string | undefined {
    const body: unknown = JSON.parse(text);
    const validate = this.#validator(place);
    if (!validate(body)) return this.#ajv.errorsText(validate.errors);
    const declared = this.#propertiesOf(place);
    const undeclared = Object.keys(body as object).find((name) => !declared.has(name));
    return undeclared === undefined ? undefined : `the field ${undeclared} is not documented`;
  }

  #propertiesOf(place: string): Set<string> {
    const schema = this.#at(place) as { $ref?: string; properties?: object; anyOf?: object[] };
    const { $ref, properties = {}, anyOf = [] } = schema;
    const elsewhere = [...($ref === undefined ? [] : [$ref]), ...anyOf.map((_, index) => `${place}/anyOf/${index}`)];
    return new Set([...Object.keys(properties), ...elsewhere.flatMap((other) => [...this.#propertiesOf(other)])]);
  }

  #validator(place: string): ValidateFunction {
    const known = this.#compiled.get(place) ?? this.#ajv.compile({ $ref: `document${place}` });
    this.#compiled.set(place, known);
    return known;
  }

  #at(place: string): unknown {
    const steps = place.slice(2).split("/").map(readStep);
    return steps.reduce<unknown>(
      (value, step) => (value as Record<string, unknown> | undefined)?.[step],
      this.#document,
    );
  }
}

const BODILESS = new Set([204, 304]);

const pointerStep = (step: string): string => step.replaceAll("~", "~0").replaceAll("/", "~1");
const readStep = (step: string): string => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
const pointer = (...steps: string[]): string =>
  `#/${steps.map((step) => encodeURIComponent(pointerStep(step))).join("/")}`;

const parametersIn = (template: string): number => template.split("{").length - 1;

function isGreedy(operation: object): boolean {
  const { parameters = [] } = operation as { parameters?: object[] };
  return parameters.some((parameter) => "x-encore-path" in parameter);
}

function patternOf(template: string, greedy: boolean): RegExp {
  const text = template
    .replace(/[.*+?^$()|[\]\\]/g, "\\$&")
    .replace(/\{[^}]*\}$/, greedy ? ".*" : "[^/]+")
    .replace(/\{[^}]*\}/g, "[^/]+");
  return new RegExp(`^${text}/?$`);
}
