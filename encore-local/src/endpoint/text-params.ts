import type { SchemaCompiler } from "../codec/compile-schema";
import { ArrayVisitor } from "../codec/compound-visitors";
import { setEntry } from "../codec/generic-value";
import { type SchemaVisitor, TextFailure } from "../codec/schema-visitor";
import { NamedVisitor } from "../codec/wrapping-visitors";
import { parseCookies } from "../http/cookies";
import { headerText, readableHeader } from "../http/header-text";
import type { Field } from "../model/types";
import { ApiFailure } from "../runtime/api-error";
import type { Payload } from "../runtime/request";
import { wireName } from "./fields";

/** All values of a header, by its name in lower case, byte by byte as Node gives them. */
export type HeaderSource = (name: string) => readonly string[];

/** Adds its parameters to the payload. @throws ApiFailure */
export type ParamsReader = (headers: HeaderSource, target: Payload) => void;

interface TextParam {
  field: string;
  name: string;
  optional: boolean;
  visitor: SchemaVisitor;
}

function compileParams(fields: Field[], compiler: SchemaCompiler): TextParam[] {
  const params = fields.map((field) => {
    const visitor = compiler.compile(field.schema);
    return { field: field.name, name: wireName(field), optional: field.optional, visitor: unwrapped(visitor) };
  });
  return params.sort((a, b) => (a.field < b.field ? -1 : 1));
}

const unwrapped = (visitor: SchemaVisitor): SchemaVisitor =>
  visitor instanceof NamedVisitor ? unwrapped(visitor.target) : visitor;

export function compileHeaderParams(fields: Field[], compiler: SchemaCompiler): ParamsReader {
  const params = compileParams(fields, compiler).map((param) => ({ ...param, key: param.name.toLowerCase() }));
  return (headers, target) => {
    for (const { field, name, key, optional, visitor } of params) {
      const values = headers(key);
      const [first] = values;
      if (first === undefined) {
        if (optional) continue;
        throw ApiFailure.invalidArgument(`missing required header: ${name}`);
      }
      const value =
        visitor instanceof ArrayVisitor
          ? values.map((raw) => readText(unwrapped(visitor.element), headerText(raw), "header"))
          : readText(visitor, headerText(first), "header");
      setEntry(target, field, value);
    }
  };
}

export function compileCookieParams(fields: Field[], compiler: SchemaCompiler): ParamsReader {
  const params = compileParams(fields, compiler);
  return (headers, target) => {
    const cookies = parseCookies(
      headers("cookie")
        .flatMap((raw) => readableHeader(raw) ?? [])
        .join(";"),
    );
    for (const { field, name, optional, visitor } of params) {
      const text = cookies.get(name);
      if (text === undefined) {
        if (optional) continue;
        throw ApiFailure.invalidArgument(`missing required cookie: ${name}`);
      }
      setEntry(target, field, { name, value: readText(visitor, text, "cookie") });
    }
  };
}

function readText(visitor: SchemaVisitor, text: string, what: "header" | "cookie"): unknown {
  try {
    return visitor.text(text);
  } catch (thrown) {
    if (!(thrown instanceof TextFailure)) throw thrown;
    const message = thrown.message ?? `invalid ${what} value`;
    throw ApiFailure.invalidArgument(
      message,
      thrown.repeats ? `${message}: ${thrown.internalMessage}` : thrown.internalMessage,
    );
  }
}
