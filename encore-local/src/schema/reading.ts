import type ts from "typescript";
import type { Module } from "../model/modules";
import type { Field, Schema, ValidationExpr } from "../model/types";

/** Where a value travels, as its type says (`Header`, `Query`, `Cookie`, ...); the name may be left to the field. */
export interface WireHint {
  in: "header" | "query" | "cookie" | "status" | "attribute";
  name?: string;
}

/** What reading a type node gives: a schema, and what belongs to the field that has the type rather than to the value. */
export interface Reading {
  schema: Schema;
  wire?: WireHint;
  /** True for a union with `undefined`. */
  optional?: boolean;
  /** Set, with no use for `schema`, when the type is a rule of `encore.dev/validate` on its own. */
  rule?: ValidationExpr;
  /** True for `void` and `undefined` on their own. */
  nothing?: boolean;
}

/** Where a type node stands: its module, and what the type parameters around it are bound to. */
export interface Scope {
  module: Module;
  bindings: ReadonlyMap<string, Reading>;
}

/** Reads the types of one another; the reader hands itself to the modules that know one kind of type each. */
export interface TypeReader {
  read(node: ts.TypeNode, scope: Scope): Reading;
  /** The same for a field or an element, which must be able to hold a value. */
  readValue(node: ts.TypeNode, scope: Scope): Reading;
  /** The fields of an object schema, references followed; undefined for what is no object. */
  fieldsOf(schema: Schema): Field[] | undefined;
  /** Follows a reference to what it stands for. */
  resolve(schema: Schema): Schema;
  unsupported(node: ts.Node, what: string): Reading;
}

export const ANY: Reading = { schema: { kind: "any" } };

export function literal(value: string | number | boolean): Reading {
  return { schema: { kind: "literal", value } };
}
