/** A segment of a path as it is written, before the request's type says what its parameter is. */
export type RawSegment = { kind: "literal"; value: string } | { kind: "param" | "wildcard" | "fallback"; name: string };

/** The segments of a path such as `/a/:id/*rest`; a text that says what is wrong with any other. */
export function parsePath(path: string): RawSegment[] | string {
  if (!path.startsWith("/")) return "it must begin with '/'";
  if (/[?#]/.test(path)) return "it must not have a query or a fragment";
  const segments = path.slice(1).split("/").map(parseSegment);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment.kind === "literal") {
      if (segment.value === "" && segments.length > 1) return "it has an empty segment";
    } else if (segment.name === "" && segment.kind !== "fallback") return "a parameter has no name";
    else if (segment.kind !== "param" && !last) return `the ${segment.kind} is not the last segment`;
  }
  return segments;
}

function parseSegment(text: string): RawSegment {
  switch (text[0]) {
    case ":":
      return { kind: "param", name: text.slice(1) };
    case "*":
      return { kind: "wildcard", name: text.slice(1) };
    case "!":
      return { kind: "fallback", name: text.slice(1) };
    default:
      return { kind: "literal", value: text };
  }
}
