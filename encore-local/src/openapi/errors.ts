import { type ErrorCode, STATUS } from "../runtime/api-error";
import type { JsonSchema } from "./validation-keywords";

const CODES = Object.keys(STATUS) as ErrorCode[];

/** Encore's error object, as components of a document: one answer for each status, with the codes that lead to it. */
export function errorComponents(): { schemas: Record<string, JsonSchema>; responses: Record<string, JsonSchema> } {
  return {
    schemas: { APIError: errorSchema() },
    responses: Object.fromEntries(errorStatuses().map((status) => [nameOf(status), errorResponse(status)])),
  };
}

/** Every status that an error can have, in order. */
function errorStatuses(): number[] {
  return [...new Set(Object.values(STATUS))].sort((a, b) => a - b);
}

const codesOf = (status: number): ErrorCode[] => CODES.filter((code) => STATUS[code] === status);

function nameOf(status: number): string {
  return `Error${status}`;
}

function errorSchema(): JsonSchema {
  return {
    type: "object",
    description: "What Encore answers when an endpoint fails.",
    properties: {
      code: { enum: CODES, description: "What kind of failure it is; the HTTP status follows from it." },
      message: { type: "string", description: "For people." },
      details: { type: ["object", "null"], description: "Particulars that the endpoint adds." },
      internal_message: { type: ["string", "null"], description: "For developers; in local environments only." },
    },
    required: ["code", "message", "details"],
  };
}

function errorResponse(status: number): JsonSchema {
  const codes = codesOf(status);
  const schema = { $ref: "#/components/schemas/APIError", properties: { code: { enum: codes } } };
  return {
    description: codes.map((code) => `\`${code}\``).join(" or "),
    content: {
      "application/json": { schema },
      // A target that is no URL at all does not get as far as an endpoint.
      ...(status === STATUS.invalid_argument ? { "text/plain": { schema: { type: "string" } } } : {}),
    },
  };
}

/**
 * The error answers of an endpoint, by status. A handler may throw any code, and does not declare which, so that all are
 * there; `@throws code reason` in its doc comment tells when.
 */
export function errorResponses(throws: { code: string; reason: string }[]): Record<string, JsonSchema> {
  const answers = errorStatuses().map((status) => {
    const codes: string[] = codesOf(status);
    const told = throws.filter(({ code }) => codes.includes(code));
    const reasons = told.map(({ code, reason }) => (reason === "" ? `\`${code}\`` : `\`${code}\`: ${reason}`));
    return [
      String(status),
      {
        $ref: `#/components/responses/${nameOf(status)}`,
        ...(reasons.length === 0 ? {} : { description: reasons.join("\n\n") }),
      },
    ];
  });
  return Object.fromEntries(answers);
}
