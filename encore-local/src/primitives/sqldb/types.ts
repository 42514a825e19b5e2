/** The built-in types of PostgreSQL by object id (stable across versions; catalog/pg_type.dat), as far as Encore reads or writes them. */
const BUILT_IN: Record<number, string> = {
  16: "bool",
  17: "bytea",
  19: "name",
  20: "int8",
  21: "int2",
  23: "int4",
  25: "text",
  26: "oid",
  114: "json",
  650: "cidr",
  700: "float4",
  701: "float8",
  869: "inet",
  1042: "bpchar",
  1043: "varchar",
  1082: "date",
  1083: "time",
  1114: "timestamp",
  1184: "timestamptz",
  1186: "interval",
  1700: "numeric",
  2950: "uuid",
  3802: "jsonb",
};

/** Array types by object id, with the object id of their elements. */
const BUILT_IN_ARRAYS: Record<number, number> = {
  199: 114,
  651: 650,
  1000: 16,
  1001: 17,
  1003: 19,
  1005: 21,
  1007: 23,
  1009: 25,
  1014: 1042,
  1015: 1043,
  1016: 20,
  1021: 700,
  1022: 701,
  1028: 26,
  1041: 869,
  1115: 1114,
  1182: 1082,
  1183: 1083,
  1185: 1184,
  1187: 1186,
  1231: 1700,
  2951: 2950,
  3807: 3802,
};

export type SqlType =
  | { kind: "scalar"; name: string }
  | { kind: "array"; name: string; element: SqlType }
  | { kind: "enum"; name: string };

/** The type of the extension pgvector, which is known by its name. */
export const isVector = (type: SqlType): boolean => type.kind === "scalar" && type.name === "vector";

/** A row of pg_type, for types that the database's own schema defines. */
export interface TypeRow {
  oid: number;
  name: string;
  /** `e` for an enum, `b` for a base type, and so on. */
  kind: string;
  /** The element's object id for an array, else 0. */
  element: number;
}

/** The statement that gives `TypeRow`s of the types that are not built in. */
export const USER_TYPES_QUERY = `SELECT oid::int8, typname AS name, typtype AS kind,
  CASE WHEN typcategory = 'A' THEN typelem::int8 ELSE 0 END AS element FROM pg_type WHERE oid >= 16384`;

/** What is known of the types of one database. */
export class TypeCatalogue {
  readonly #userTypes = new Map<number, TypeRow>();

  learn(rows: TypeRow[]): void {
    for (const row of rows) this.#userTypes.set(row.oid, row);
  }

  /** Undefined when the type has to be looked up first. */
  find(oid: number): SqlType | undefined {
    const element = BUILT_IN_ARRAYS[oid];
    if (element !== undefined) return this.#array(oid, element, undefined);
    const name = BUILT_IN[oid];
    if (name !== undefined) return { kind: "scalar", name };
    // Built in, but nothing that Encore knows.
    if (oid < 16_384) return { kind: "scalar", name: `type ${oid}` };
    const row = this.#userTypes.get(oid);
    if (row === undefined) return undefined;
    if (row.element !== 0) return this.#array(oid, row.element, row.name);
    return { kind: row.kind === "e" ? "enum" : "scalar", name: row.name };
  }

  #array(oid: number, elementOid: number, name: string | undefined): SqlType | undefined {
    const element = this.find(elementOid);
    return element === undefined ? undefined : { kind: "array", name: name ?? `_${element.name || oid}`, element };
  }
}
