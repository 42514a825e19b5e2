import { credentialFields } from "./credentials.js";
import { fill, h, newId } from "./dom.js";
import { pathParts, pathText } from "./path.js";
import { store } from "./store.js";

const SECTIONS = [
  ["requests", "Requests", () => ""],
  ["topics", "Topics", ({ topics }) => topics.length],
  ["cron", "Cron jobs", ({ cron }) => cron.jobs.length],
  ["secrets", "Secrets", ({ secrets }) => secretsNote(secrets)],
  ["migrations", "Migrations", ({ databases }) => databases.length],
];

function secretsNote(secrets) {
  const missing = secrets.filter(({ set }) => !set).length;
  return missing === 0 ? secrets.length : `${missing} missing`;
}

/** Sections, credentials, and every endpoint by service, narrowed down by what is typed. */
export function navigation(element) {
  const id = newId();
  const filter = h("input", {
    id,
    type: "search",
    placeholder: "path, name or word",
    oninput: () => fill(list, endpoints(filter.value)),
  });
  const list = h("div", { class: "services" });
  const mark = () => {
    for (const link of element.querySelectorAll("a")) {
      const current = link.getAttribute("href") === (location.hash || "#/requests");
      if (current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  };
  store.addEventListener("app", () => {
    fill(
      element,
      h("ul", { class: "sections" }, SECTIONS.map(section)),
      credentialFields(),
      h("div", { class: "filter" }, h("label", { for: id }, "Find an endpoint"), filter),
      list,
    );
    fill(list, endpoints(filter.value));
    mark();
  });
  filter.addEventListener("input", mark);
  window.addEventListener("hashchange", mark);
}

const section = ([name, title, note]) => {
  const text = String(note(store.app));
  return h("li", {}, h("a", { href: `#/${name}` }, title, text === "" ? null : h("span", { class: "note" }, text)));
};

function endpoints(wanted) {
  const words = wanted.toLowerCase().split(/\s+/);
  const matches = (endpoint) => {
    const text = [endpoint.service, endpoint.name, endpoint.methods.join(" "), pathText(endpoint), endpoint.doc ?? ""]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const services = store.app.services
    .map((service) => ({ ...service, endpoints: service.endpoints.filter(matches) }))
    .filter((service) => service.endpoints.length > 0);
  if (services.length === 0) return h("p", { class: "quiet" }, "No endpoint matches.");
  return services.map(({ name, doc, endpoints: found }) => [
    h("h2", { title: doc }, name),
    h(
      "ul",
      {},
      found.map((endpoint) =>
        h(
          "li",
          {},
          h(
            "a",
            { href: `#/endpoint/${endpoint.service}/${endpoint.name}` },
            methodBadge(endpoint),
            h("span", { class: "path" }, pathParts(endpoint)),
          ),
        ),
      ),
    ),
  ]);
}

export function methodBadge({ kind, methods }) {
  const stream = kind.startsWith("stream");
  const text = stream ? "WS" : methods.length > 3 ? "ANY" : (methods[0] ?? "");
  return h("span", { class: "method", "data-method": text, title: stream ? "stream" : methods.join(", ") }, text);
}
