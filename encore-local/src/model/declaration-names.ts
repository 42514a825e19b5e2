import type { Declaration, Schema } from "./types";

/**
 * A name for each declared type (or for those of `ids`) that is an identifier and the type's alone: its own name with its type arguments
 * (`Page_Link`), with the folder in front where two are called the same, and a number where even that does not tell them
 * apart.
 */
export function declarationNames(
  declarations: Record<string, Declaration>,
  ids: string[] = Object.keys(declarations),
): Map<string, string> {
  const plain = new Map(ids.map((id) => [id, nameOf(id, declarations)]));
  const shared = duplicates([...plain.values()]);
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const [id, name] of plain) {
    const wanted = shared.has(name) ? identifier(`${folderOf(declarations[id])}_${name}`) : name;
    let unique = wanted;
    for (let n = 2; taken.has(unique); n++) unique = `${wanted}_${n}`;
    names.set(id, unique);
    taken.add(unique);
  }
  return names;
}

function nameOf(id: string, declarations: Record<string, Declaration>): string {
  const { name, typeArguments = [] } = declarations[id] ?? { name: id };
  return identifier([name, ...typeArguments.map((argument) => argumentName(argument, declarations))].join("_"));
}

function argumentName(schema: Schema, declarations: Record<string, Declaration>): string {
  switch (schema.kind) {
    case "ref":
      return nameOf(schema.id, declarations);
    case "literal":
      return String(schema.value);
    case "array":
      return `${argumentName(schema.element, declarations)}_list`;
    case "map":
      return `${argumentName(schema.value, declarations)}_map`;
    case "union":
      return schema.types.map((type) => argumentName(type, declarations)).join("_or_");
    default:
      return schema.kind;
  }
}

function folderOf(declaration: Declaration | undefined): string {
  return declaration?.location.file.split("/").at(-2) ?? "app";
}

const identifier = (text: string): string => text.replace(/[^A-Za-z0-9_]/g, "_");

function duplicates(names: string[]): Set<string> {
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}
