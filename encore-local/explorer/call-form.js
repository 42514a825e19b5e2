import { newDraft } from "./build-call.js";
import { h, newId } from "./dom.js";
import { store } from "./store.js";
import { rulesOf, typeName } from "./types.js";

/** The fields of a request, which keep `draft` up to date. */
export function callFields({ endpoint, method, draft }) {
  const form = endpoint.forms[method];
  const raw = endpoint.kind === "raw" || endpoint.kind === "static";
  const stream = endpoint.kind.startsWith("stream");
  return [
    group("Path", form.path, draft.path, { required: true }),
    group("Query", form.query, draft.query),
    raw ? textField("Query string", draft, "queryText", { placeholder: "name=value&other=value" }) : null,
    group("Headers", form.header, draft.header),
    stream ? null : group("Cookies", form.cookie, draft.cookie),
    stream ? null : bodyField({ endpoint, method, draft, raw }),
    h(
      "details",
      {},
      h("summary", {}, "More headers"),
      area("One in each line, as Name: value", draft, "extraHeaders", 3),
    ),
    store.app.auth.length > 0 ? credentialsSwitch(draft) : null,
  ];
}

function group(title, parameters, values, { required = false } = {}) {
  if (parameters.length === 0) return null;
  return h(
    "fieldset",
    {},
    h("legend", {}, title),
    parameters.map((parameter) => parameterField(parameter, values, required)),
  );
}

function parameterField({ name, optional, schema, doc, sample }, values, required) {
  const id = newId();
  const note = [optional ? "optional" : "", rulesOf(schema) ?? "", doc ?? ""].filter((part) => part !== "").join(" · ");
  const described = note === "" ? {} : { "aria-describedby": `${id}-note` };
  const input = h("input", {
    id,
    ...described,
    required,
    placeholder: sample,
    spellcheck: "false",
    autocomplete: "off",
    value: values[name] ?? "",
    oninput: () => (values[name] = input.value),
  });
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, h("code", { class: "name" }, name), " ", h("code", { class: "type" }, typeName(schema))),
    input,
    note === "" ? null : h("p", { class: "hint", id: `${id}-note` }, note),
  );
}

function textField(label, draft, key, properties = {}) {
  const id = newId();
  const input = h("input", {
    id,
    spellcheck: "false",
    autocomplete: "off",
    ...properties,
    value: draft[key],
    oninput: () => (draft[key] = input.value),
  });
  return h("div", { class: "field" }, h("label", { for: id }, label), input);
}

function area(label, draft, key, rows) {
  const id = newId();
  const input = h("textarea", {
    id,
    rows,
    spellcheck: "false",
    value: draft[key],
    oninput: () => (draft[key] = input.value),
  });
  return h("div", { class: "field" }, h("label", { for: id }, label), input);
}

function bodyField({ endpoint, method, draft, raw }) {
  const form = endpoint.forms[method];
  if (form.body === undefined && !(raw && method !== "GET" && method !== "HEAD")) return null;
  const field = area("Body", draft, "body", Math.min(20, Math.max(4, draft.body.split("\n").length + 1)));
  if (raw) return [textField("Content type", draft, "contentType"), field];
  const reset = h(
    "button",
    {
      type: "button",
      class: "small",
      onclick: () => {
        draft.body = newDraft(endpoint, method).body;
        field.querySelector("textarea").value = draft.body;
      },
    },
    "Fill in the sample",
  );
  field.append(reset);
  return field;
}

function credentialsSwitch(draft) {
  const id = newId();
  const input = h("input", {
    id,
    type: "checkbox",
    checked: draft.withCredentials,
    onchange: () => (draft.withCredentials = input.checked),
  });
  return h("div", { class: "row switch" }, input, h("label", { for: id }, "Sign in with what is entered at the side"));
}
