import { fill, h } from "./dom.js";
import { store } from "./store.js";

const THEMES = ["light dark", "light", "dark"];
const THEME_NAMES = { "light dark": "System", light: "Light", dark: "Dark" };
const THEME_KEY = "explorer theme";

/** The app's name, whether what is served is what the source holds, and the colours. */
export function topBar(element) {
  setTheme(localStorage.getItem(THEME_KEY) ?? THEMES[0]);
  const state = h("p", { class: "state", role: "status" });
  const title = h("p", { class: "app" });
  const problem = h("section", { class: "problem", hidden: true, "aria-label": "Why the change is not served" });
  const update = () => {
    fill(title, h("strong", {}, store.app?.name ?? ""), store.app ? h("code", {}, store.app.url) : null);
    const [kind, text] = stateOf();
    state.dataset.kind = kind;
    fill(state, text);
    problem.hidden = store.failure === undefined;
    fill(
      problem,
      h("p", {}, "The version from before the change is still served."),
      h("pre", { tabindex: "0" }, store.failure),
    );
  };
  for (const what of ["app", "state"]) store.addEventListener(what, update);
  fill(element, h("div", { class: "bar" }, title, state, themeButton()), problem);
  update();
}

function stateOf() {
  if (!store.connected) return ["lost", "Not connected"];
  if (store.failure !== undefined) return ["failed", "The change cannot be served"];
  return ["ok", "Live"];
}

function themeButton() {
  const button = h("button", {
    type: "button",
    class: "small theme",
    onclick: () => {
      const next = THEMES[(THEMES.indexOf(document.documentElement.style.colorScheme) + 1) % THEMES.length];
      localStorage.setItem(THEME_KEY, next);
      setTheme(next);
      label();
    },
  });
  const label = () => fill(button, `Colours: ${THEME_NAMES[document.documentElement.style.colorScheme]}`);
  label();
  return button;
}

function setTheme(theme) {
  document.documentElement.style.colorScheme = THEMES.includes(theme) ? theme : THEMES[0];
}
