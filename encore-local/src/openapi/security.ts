import { topFields, wireName } from "../endpoint/fields";
import type { AppModel, Field } from "../model/types";
import { readDocComment } from "./doc-comment";
import type { JsonSchema } from "./validation-keywords";

export interface Security {
  schemes: Record<string, JsonSchema>;
  /** Ways to sign in, of which one is enough; each is a set of schemes that go together. */
  alternatives: Record<string, string[]>[];
}

/** Where the auth handler's parameters come from is how one signs in; undefined when the app has no auth handler. */
export function readSecurity({ gateways, declarations }: AppModel): Security | undefined {
  const handler = gateways.find(({ authHandler }) => authHandler !== undefined)?.authHandler;
  if (handler === undefined) return undefined;
  const fields = topFields(handler.params, declarations).filter(({ wire }) => wire !== undefined);
  const required = fields.filter(({ optional }) => !optional);
  const together = (some: Field[]) => Object.fromEntries(some.map(({ name }) => [name, []]));
  // Parameters that may be left out stand for each other, unless there are some that may not.
  const alternatives = required.length > 0 ? [together(required)] : fields.map((field) => together([field]));
  return { schemes: Object.fromEntries(fields.map((field) => [field.name, schemeOf(field)])), alternatives };
}

function schemeOf(field: Field): JsonSchema {
  const { text } = readDocComment(field.doc);
  const description = text === undefined ? {} : { description: text };
  const name = wireName(field);
  if (field.wire?.in === "header" && name.toLowerCase() === "authorization") {
    // The source does not tell the scheme; nearly all handlers take a token that the caller bears.
    return { type: "http", scheme: /\bbasic\b/i.test(text ?? "") ? "basic" : "bearer", ...description };
  }
  return { type: "apiKey", in: field.wire?.in, name, ...description };
}

/** Everyone may call an endpoint without `auth`, but who signs in is known to it. */
export function securityOf(auth: boolean, security: Security | undefined): Record<string, string[]>[] | undefined {
  if (security === undefined) return undefined;
  return auth ? security.alternatives : [{}, ...security.alternatives];
}
