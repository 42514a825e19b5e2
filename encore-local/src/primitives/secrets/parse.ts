import { stringLiteral } from "../../model/literals";
import { locationOf } from "../../model/reporter";
import type { Location } from "../../model/types";
import type { PrimitiveParser } from "../parser";

declare module "../../model/types" {
  interface AppModel {
    secrets: Secret[];
  }
}

export interface Secret {
  name: string;
  location: Location;
}

/** `const key = secret("Key")`, at the top level, with the name written out. */
export const secretsParser: PrimitiveParser<"secrets"> = {
  package: "encore.dev/config",
  exports: ["secret"],
  lists: () => ({ secrets: [] }),

  parse({ node, topLevel, binding }, { reporter, model }) {
    if (!topLevel) return reporter.report("E1101", node, { detail: "secret(...)" });
    if (binding === undefined) return reporter.report("E1102", node, { detail: "secret(...)" });
    const argument = node.arguments?.[0];
    if (argument === undefined) return reporter.report("E1005", node, { detail: "the secret's name" });
    const name = stringLiteral(argument, reporter);
    if (name === undefined || model.secrets.some((secret) => secret.name === name)) return;
    model.secrets.push({ name, location: locationOf(node) });
  },
};
