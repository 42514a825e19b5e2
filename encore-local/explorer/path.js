import { h } from "./dom.js";

const MARKS = { param: ":", wildcard: "*", fallback: "!" };

/** An endpoint's path as the source has it. */
export const pathText = ({ path }) =>
  `/${path.map((segment) => (segment.kind === "literal" ? segment.value : MARKS[segment.kind] + segment.name)).join("/")}`;

/** The same for a page: it breaks behind a slash first. */
export const pathParts = (endpoint) =>
  pathText(endpoint)
    .split(/(?<=\/)/)
    .flatMap((part) => [part, h("wbr")]);

/** The path of a request: parameters by name, encoded. A wildcard keeps its slashes. */
export function pathOf({ path }, values) {
  const segments = path.map((segment) => {
    if (segment.kind === "literal") return segment.value;
    const value = values[segment.name] ?? "";
    return segment.kind === "param" ? encodeURIComponent(value) : value.split("/").map(encodeURIComponent).join("/");
  });
  return `/${segments.join("/")}`;
}
