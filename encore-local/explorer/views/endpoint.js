import { callPanel } from "../call-panel.js";
import { h } from "../dom.js";
import { methodBadge } from "../navigation.js";
import { pathParts } from "../path.js";
import { store } from "../store.js";
import { streamPanel } from "../stream-panel.js";
import { schemaView, typeName } from "../types.js";

const KINDS = {
  typed: "typed",
  raw: "raw HTTP",
  static: "static files",
  streamIn: "stream, the client sends",
  streamOut: "stream, the server sends",
  streamInOut: "stream, both send",
};

/** One endpoint: what it is, a form to call it, its schemas. */
export function endpointView(left, service, name) {
  const endpoint = store.endpoint(service, name);
  if (endpoint === undefined)
    return { title: "No such endpoint", content: h("h1", {}, `There is no ${service}.${name} any more`) };
  const stream = endpoint.kind.startsWith("stream");
  const [form] = Object.values(endpoint.forms);
  return {
    title: `${service}.${name}`,
    content: [
      h("h1", { class: "endpoint" }, methodBadge(endpoint), h("span", { class: "path" }, pathParts(endpoint))),
      h(
        "p",
        { class: "facts" },
        h("code", {}, `${service}.${name}`),
        h("span", { class: "tag" }, KINDS[endpoint.kind]),
        h("span", { class: "tag" }, endpoint.expose ? "public" : "private"),
        endpoint.auth ? h("span", { class: "tag strong" }, "needs auth") : null,
        endpoint.tags.map((tag) => h("span", { class: "tag" }, `#${tag}`)),
        h("code", { class: "quiet" }, endpoint.source),
      ),
      endpoint.doc ? h("p", { class: "description" }, endpoint.doc) : null,
      h("h2", {}, stream ? "Open it" : "Call it"),
      stream ? streamPanel(endpoint, left) : callPanel(endpoint),
      h(
        "div",
        { class: "schemas" },
        schemaSection("Request body", form?.body?.schema),
        schemaSection(endpoint.kind === "streamIn" ? "Final answer" : "Response", endpoint.response),
        schemaSection("Messages to the server", endpoint.incoming?.schema),
        schemaSection("Messages from the server", endpoint.outgoing),
      ),
    ],
  };
}

function schemaSection(title, schema) {
  if (schema === undefined) return null;
  const name = schema.kind === "object" ? null : h("code", { class: "type" }, typeName(schema));
  return h("section", { class: "schema" }, h("h2", {}, title, " ", name), schemaView(schema));
}
