import { ANY, type Reading } from "./reading";

/** What a type that an `encore.dev` package exports means in a schema; undefined for one that has no meaning there. */
export function readEncoreType(packageName: string, name: string, args: Reading[]): Reading | undefined {
  switch (packageName) {
    case "encore.dev/api":
      return readApiType(name, args);
    case "encore.dev/pubsub":
      return name === "Attribute" ? { ...(args[0] ?? ANY), wire: { in: "attribute" } } : undefined;
    case "encore.dev/types":
      return name === "Decimal" ? { schema: { kind: "decimal" } } : undefined;
    default:
      return undefined;
  }
}

function readApiType(name: string, args: Reading[]): Reading | undefined {
  switch (name) {
    case "Header":
      return wired("header", args);
    case "Query":
      return wired("query", args);
    case "Cookie":
      return wired("cookie", args);
    case "HttpStatus":
      return { schema: { kind: "number" }, wire: { in: "status" } };
    default:
      return undefined;
  }
}

/** `Header<"X-Name">`, `Header<number>` and `Header<number, "X-Name">` are all allowed. */
function wired(place: "header" | "query" | "cookie", [first, second]: Reading[]): Reading {
  const firstName = nameIn(first);
  if (first === undefined || firstName !== undefined) {
    return { schema: { kind: "string" }, wire: { in: place, ...(firstName === undefined ? {} : { name: firstName }) } };
  }
  const name = nameIn(second);
  return { schema: first.schema, wire: { in: place, ...(name === undefined ? {} : { name }) } };
}

function nameIn(reading: Reading | undefined): string | undefined {
  return reading?.schema.kind === "literal" ? String(reading.schema.value) : undefined;
}
