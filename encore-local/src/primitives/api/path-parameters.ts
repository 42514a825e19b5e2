import type ts from "typescript";
import type { PathSegment, Schema } from "../../model/types";
import type { ParseContext } from "../parser";
import { parsePath, type RawSegment } from "./path";

interface PathUse {
  at: ts.Node;
  context: ParseContext;
  request: Schema | undefined;
  /** False for raw and static endpoints, whose parameters are plain text. */
  checked: boolean;
}

/** The endpoint's path, each parameter with the type that the request gives it. */
export function readPath(text: string, { at, context, request, checked }: PathUse): PathSegment[] | undefined {
  const parsed = parsePath(text);
  if (typeof parsed === "string") {
    context.reporter.report("E1301", at, { detail: parsed });
    return undefined;
  }
  const fields = request === undefined ? [] : (context.schemas.fieldsOf(request) ?? []);
  const segments: PathSegment[] = [];
  for (const segment of parsed) {
    const field = segment.kind === "literal" ? undefined : fields.find(({ name }) => name === segment.name);
    if (segment.kind !== "literal" && field === undefined && checked) {
      context.reporter.report("E1302", at, { detail: segment.name });
      return undefined;
    }
    const type = field === undefined ? "string" : parameterType(context.schemas.resolve(field.schema));
    if (type === undefined) {
      context.reporter.report("E1205", at, { detail: field?.name ?? text });
      return undefined;
    }
    segments.push(typedSegment(segment, type));
  }
  return segments;
}

type ParameterType = (PathSegment & { kind: "param" })["type"];

function typedSegment(segment: RawSegment, type: ParameterType): PathSegment {
  if (segment.kind === "literal") return segment;
  return segment.kind === "param" ? { ...segment, kind: "param", type } : { kind: segment.kind, name: segment.name };
}

function parameterType(schema: Schema): ParameterType | undefined {
  switch (schema.kind) {
    case "string":
    case "number":
    case "boolean":
      return schema.kind;
    case "decimal":
      return "bigint";
    default:
      return undefined;
  }
}
