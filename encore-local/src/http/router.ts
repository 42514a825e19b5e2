import type { PathSegment } from "../model/types";

interface RouteMatch<Target> {
  target: Target;
  /** Undecoded, in the order of the path. */
  params: string[];
}

export type RouteResult<Target> = RouteMatch<Target> | "no-such-path" | "no-such-method";

interface Node<Target> {
  literals: Map<string, Node<Target>>;
  param?: Node<Target>;
  /** By method, for the path that ends here. */
  here?: Map<string, Target>;
  /** By method, for every longer path. */
  rest?: Map<string, Target>;
}

const emptyNode = <Target>(): Node<Target> => ({ literals: new Map() });

/**
 * Finds endpoints by path and method. A literal segment wins over a parameter, a parameter over a wildcard, and all of
 * them over a fallback (`/!rest`). The path decides first: a path that exists without the method is not tried against
 * less exact ones, except for fallbacks. `/a` answers `/a/` too, unless something else is there.
 */
export class Router<Target> {
  readonly #main = emptyNode<Target>();
  readonly #fallback = emptyNode<Target>();
  readonly #withoutSlash: { root: Node<Target>; path: PathSegment[]; methods: string[]; target: Target }[] = [];

  add(path: PathSegment[], methods: string[], target: Target): void {
    const last = path.at(-1);
    const root = last?.kind === "fallback" ? this.#fallback : this.#main;
    let node = root;
    for (const segment of path) {
      if (segment.kind === "wildcard" || segment.kind === "fallback") {
        node.rest = withMethods(node.rest, methods, target);
        // `/files/*path` answers `/files/`, but not `/files`.
        node = childOf(node, { kind: "literal", value: "" });
        break;
      }
      node = childOf(node, segment);
    }
    if (path.length === 0) node = childOf(node, { kind: "literal", value: "" });
    node.here = withMethods(node.here, methods, target);
    const ends = last?.kind === "literal" ? last.value !== "" : last?.kind === "param";
    if (ends) this.#withoutSlash.push({ root, path, methods, target });
  }

  /** Call it once, after the last `add`. */
  finish(): void {
    for (const { root, path, methods, target } of this.#withoutSlash) {
      let node = root;
      for (const segment of path) node = childOf(node, segment);
      const slash = childOf(node, { kind: "literal", value: "" });
      slash.here = withMethods(slash.here, methods, target);
    }
  }

  /** `path` begins with a slash and is undecoded. */
  find(method: string, path: string): RouteResult<Target> {
    let known = false;
    for (const root of [this.#main, this.#fallback]) {
      const params: string[] = [];
      const methods = match(root, path, 1, params);
      if (!methods) continue;
      known = true;
      const target = methods.get(method);
      if (target !== undefined) return { target, params };
    }
    return known ? "no-such-method" : "no-such-path";
  }
}

function withMethods<Target>(
  into: Map<string, Target> | undefined,
  methods: string[],
  target: Target,
): Map<string, Target> {
  const map = into ?? new Map<string, Target>();
  for (const method of methods) if (!map.has(method)) map.set(method, target);
  return map;
}

function childOf<Target>(node: Node<Target>, segment: PathSegment): Node<Target> {
  if (segment.kind !== "literal") {
    node.param ??= emptyNode();
    return node.param;
  }
  const child = node.literals.get(segment.value) ?? emptyNode<Target>();
  node.literals.set(segment.value, child);
  return child;
}

function match<Target>(
  node: Node<Target>,
  path: string,
  from: number,
  params: string[],
): Map<string, Target> | undefined {
  if (from > path.length) return node.here;
  const slash = path.indexOf("/", from);
  const end = slash < 0 ? path.length : slash;
  const segment = path.slice(from, end);
  const literal = node.literals.get(segment);
  if (literal) {
    const found = match(literal, path, end + 1, params);
    if (found) return found;
  }
  // A parameter may be empty, but not at the very end: `/users//posts` has one, `/users/` has none.
  if (node.param && (segment !== "" || slash >= 0)) {
    const length = params.push(segment);
    const found = match(node.param, path, end + 1, params);
    if (found) return found;
    params.length = length - 1;
  }
  if (node.rest && from < path.length) {
    params.push(path.slice(from));
    return node.rest;
  }
  return undefined;
}
