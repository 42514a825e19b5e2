import type ts from "typescript";
import type { PathSegment, Schema } from "../../model/types";
import { placeOf } from "../../schema/objects";
import type { ParseContext } from "../parser";

interface QueryUse {
  /** The endpoint's name. */
  name: string;
  at: ts.Node;
  context: ParseContext;
  methods: string[];
  segments: PathSegment[];
}

/** Methods whose requests have no body, so that what is neither in the path nor in a header is in the query. */
const WITHOUT_BODY = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Reports fields that would travel in the query and are of a type that cannot. */
export function checkQueryFields(request: Schema, { name, at, context, methods, segments }: QueryUse): void {
  const inPath = new Set(segments.flatMap((segment) => (segment.kind === "literal" ? [] : [segment.name])));
  const queryByDefault = methods.some((method) => method === "*" || WITHOUT_BODY.has(method));
  for (const field of context.schemas.fieldsOf(request) ?? []) {
    if (inPath.has(field.name)) continue;
    if (field.wire === undefined ? queryByDefault : field.wire.in === "query") {
      if (isQueryType(field.schema, context)) continue;
      context.reporter.report("E1204", placeOf(field) ?? at, { detail: `${field.name}, in the request of ${name}` });
    }
  }
}

/** Scalars, and lists and unions of them. */
function isQueryType(schema: Schema, context: ParseContext): boolean {
  const resolved = context.schemas.resolve(schema);
  if (resolved.kind === "array") return isQueryType(resolved.element, context);
  if (resolved.kind === "union") return resolved.types.every((type) => isQueryType(type, context));
  return resolved.kind !== "object" && resolved.kind !== "map";
}
