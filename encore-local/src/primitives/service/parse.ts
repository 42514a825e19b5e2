import path from "node:path";
import { Options, stringLiteral } from "../../model/literals";
import type { PrimitiveParser } from "../parser";

/**
 * `export default new Service("name")` in an encore.service.ts. The services themselves are found before anything else
 * (see model/services.ts); this checks how they are written.
 */
export const serviceParser: PrimitiveParser = {
  package: "encore.dev/service",
  exports: ["Service"],
  lists: () => ({}),

  parse({ node, module, topLevel, binding }, { reporter }) {
    // That the file has no other default export is reported where services are found.
    if (binding !== undefined) return;
    if (!topLevel) return reporter.report("E1101", node, { detail: "Service" });
    if (path.posix.basename(module.file) !== "encore.service.ts") {
      return reporter.report("E1401", node, {
        detail: "a Service is defined outside an encore.service.ts",
        remedy: "Move it into a file named encore.service.ts in the service's folder.",
      });
    }
    const argument = node.arguments?.[0];
    if (argument === undefined) return reporter.report("E1005", node, { detail: "the service's name" });
    stringLiteral(argument, reporter);
    const options = node.arguments?.[1];
    if (options !== undefined) Options.of(options, { at: node, known: ["middlewares"], reporter });
  },
};
