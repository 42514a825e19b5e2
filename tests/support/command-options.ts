import { parseArgs } from "node:util";

/** A script's options by name, each of which takes a value; undefined when its usage was asked for, which is printed then. */
export function commandOptions<Name extends string>(
  usage: string,
  names: readonly Name[],
): Partial<Record<Name, string>> | undefined {
  const own = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const { values } = parseArgs({ options: { ...own, help: { type: "boolean" as const, short: "h" } } });
  if (values.help === true) {
    process.stdout.write(usage);
    return undefined;
  }
  return values as Partial<Record<Name, string>>;
}
