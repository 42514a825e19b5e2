import { pathOf } from "./path.js";

const filled = (parameters, values) =>
  parameters.flatMap(({ name }) => ((values[name] ?? "") === "" ? [] : [[name, values[name]]]));

/** What the form holds at first: samples for whatever must be sent. A path must be chosen by hand. */
export function newDraft(endpoint, method) {
  const form = endpoint.forms[method];
  const samples = (parameters) =>
    Object.fromEntries(parameters.map(({ name, optional, sample }) => [name, optional ? "" : sample]));
  return {
    path: {},
    query: samples(form.query),
    header: samples(form.header),
    cookie: samples(form.cookie),
    body: form.body ? JSON.stringify(form.body.sample, null, 2) : "",
    queryText: "",
    contentType: endpoint.kind === "raw" ? "application/octet-stream" : "application/json",
    extraHeaders: "",
    withCredentials: true,
  };
}

/** The request that a draft stands for: `{ method, path, headers, body }`. */
export function buildCall({ endpoint, method, draft, credentials }) {
  const form = endpoint.forms[method];
  const given = draft.withCredentials ? credentials : [];
  const of = (place) => given.filter((one) => one.in === place).map(({ name, value }) => [name, value]);
  const query = [...filled(form.query, draft.query), ...of("query")];
  const cookies = [...filled(form.cookie, draft.cookie), ...of("cookie")];
  const headers = [...filled(form.header, draft.header), ...of("header"), ...parseHeaders(draft.extraHeaders)];
  if (cookies.length > 0)
    headers.push(["cookie", cookies.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("; ")]);
  const hasBody = method !== "GET" && method !== "HEAD" && draft.body !== "";
  if (hasBody && draft.contentType !== "") headers.push(["content-type", draft.contentType]);
  const search = [encodeQuery(query), draft.queryText.replace(/^\?/, "").replace(/[^\x21-\x7e]/g, encodeURIComponent)]
    .filter((part) => part !== "")
    .join("&");
  const path = pathOf(endpoint, draft.path) + (search === "" ? "" : `?${search}`);
  return { method, path, headers, ...(hasBody ? { body: draft.body } : {}) };
}

const encodeQuery = (pairs) =>
  pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");

/** Lines of `Name: value`. */
function parseHeaders(text) {
  return text
    .split("\n")
    .filter((line) => line.includes(":"))
    .map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]);
}

/** The protocols that a stream is opened with: browsers set no headers on a WebSocket, so they travel here. */
export function streamProtocols(headers) {
  if (headers.length === 0) return ["encore-ws"];
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(headers)));
  const text = btoa(String.fromCharCode(...bytes));
  const encoded = text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return ["encore-ws", `encore.dev.headers.${encoded}`];
}
