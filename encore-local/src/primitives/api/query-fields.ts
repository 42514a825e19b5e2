import type ts from "typescript";
import type { Field, PathSegment, Schema } from "../../model/types";
import type { ParseContext } from "../parser";

interface QueryUse {
  at: ts.Node;
  context: ParseContext;
  methods: string[];
  segments: PathSegment[];
}

/** Methods whose requests have no body, so that what is neither in the path nor in a header is in the query. */
const WITHOUT_BODY = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Reports fields that would travel in the query, a header or a cookie and are of a type that cannot. */
export function checkQueryFields(request: Schema, { at, context, methods, segments }: QueryUse): void {
  const inPath = new Set(segments.flatMap((segment) => (segment.kind === "literal" ? [] : [segment.name])));
  const queryByDefault = methods.some((method) => method === "*" || WITHOUT_BODY.has(method));
  for (const field of context.schemas.fieldsOf(request) ?? []) {
    if (inPath.has(field.name)) continue;
    if (field.wire === undefined ? queryByDefault : field.wire.in === "query") {
      if (!isQueryType(field, context)) context.reporter.report("E1204", at, { detail: field.name });
    } else if (field.wire?.in === "header" || field.wire?.in === "cookie") {
      if (!isScalar(context.schemas.resolve(field.schema), context)) {
        context.reporter.report("E1206", at, { detail: field.name });
      }
    }
  }
}

function isQueryType({ schema }: Field, context: ParseContext): boolean {
  const resolved = context.schemas.resolve(schema);
  return isScalar(resolved.kind === "array" ? context.schemas.resolve(resolved.element) : resolved, context);
}

function isScalar(schema: Schema, context: ParseContext): boolean {
  if (schema.kind === "union") return schema.types.every((type) => isScalar(context.schemas.resolve(type), context));
  return !["object", "map", "array"].includes(schema.kind);
}
