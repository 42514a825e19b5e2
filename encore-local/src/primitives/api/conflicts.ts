import type { Reporter } from "../../model/reporter";
import type { Endpoint, PathSegment } from "../../model/types";

/** Reports endpoints whose paths cannot be told apart, and endpoints of a service that share a name. */
export function reportConflicts(endpoints: Endpoint[], reporter: Reporter): void {
  const byRoute = new Map<string, Endpoint>();
  const byName = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const name = `${endpoint.service}.${endpoint.name}`;
    if (byName.has(name)) reporter.report("E1103", endpoint.location, { detail: `endpoint '${name}'` });
    byName.set(name, endpoint);
    const clash = routes(endpoint)
      .map((route) => byRoute.get(route))
      .find((other) => other !== undefined);
    if (clash !== undefined) {
      const detail = `'${clash.service}.${clash.name}' at ${clash.location.file}:${clash.location.line} has it already`;
      reporter.report("E1303", endpoint.location, { detail });
    }
    for (const route of routes(endpoint)) byRoute.set(route, endpoint);
  }
}

/** The method and the shape of the path, in which a parameter's name does not count. */
function routes({ methods, path }: Endpoint): string[] {
  const shape = path.map(segmentShape).join("/");
  return methods.map((method) => `${method} /${shape}`);
}

function segmentShape(segment: PathSegment): string {
  switch (segment.kind) {
    case "literal":
      return segment.value;
    case "param":
      return ":";
    case "wildcard":
      return "*";
    case "fallback":
      return "!";
  }
}
