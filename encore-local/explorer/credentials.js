import { h, newId } from "./dom.js";
import { store } from "./store.js";

/** Kept in this browser, for this app. */
const key = () => `credentials of ${store.app.name}`;

function read() {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? "{}");
  } catch {
    return {};
  }
}

const idOf = ({ in: place, name }) => `${place} ${name}`;

/** What the auth handler reads, as it was entered: where it goes, its name, its value. */
export function credentials() {
  const values = read();
  return store.app.auth.flatMap((parameter) => {
    const value = values[idOf(parameter)] ?? "";
    return value === "" ? [] : [{ in: parameter.in, name: parameter.name, value: onWire(parameter, value) }];
  });
}

/** A token alone is what most people have at hand. */
function onWire({ name }, value) {
  return name.toLowerCase() === "authorization" && !value.includes(" ") ? `Bearer ${value}` : value;
}

/** The fields for them; undefined for an app without an auth handler. */
export function credentialFields() {
  if (store.app.auth.length === 0) return undefined;
  const values = read();
  return h(
    "fieldset",
    { class: "credentials" },
    h("legend", {}, "Sign in as"),
    store.app.auth.map((parameter) => credentialField(parameter, values)),
  );
}

function credentialField(parameter, values) {
  const id = newId();
  const input = h("input", {
    id,
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: parameter.name.toLowerCase() === "authorization" ? "token" : parameter.name,
    value: values[idOf(parameter)] ?? "",
    oninput: () => localStorage.setItem(key(), JSON.stringify({ ...read(), [idOf(parameter)]: input.value })),
  });
  const show = h(
    "button",
    {
      type: "button",
      class: "small",
      "aria-pressed": "false",
      "aria-label": `Show ${parameter.name}`,
      onclick: () => {
        const hidden = input.type === "password";
        input.type = hidden ? "text" : "password";
        show.setAttribute("aria-pressed", String(hidden));
        show.textContent = hidden ? "Hide" : "Show";
      },
    },
    "Show",
  );
  return h(
    "div",
    { class: "credential" },
    h("label", { for: id }, `${parameter.name} (${parameter.in})`),
    h("div", { class: "row" }, input, show),
  );
}
