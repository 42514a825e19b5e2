import { h } from "../dom.js";
import { store } from "../store.js";

/** Which secrets have a value. The values themselves never reach this page. */
export function secretsView() {
  const { secrets } = store.app;
  return {
    title: "Secrets",
    content: [
      h("h1", {}, "Secrets"),
      h(
        "p",
        { class: "quiet" },
        secrets.length === 0
          ? "The app has no secrets."
          : "A missing one is an empty text to the app. Values are never shown; they come from the secrets file, .secrets.local.cue unless told.",
      ),
      secrets.length === 0
        ? null
        : h(
            "div",
            { class: "scroll" },
            h(
              "table",
              {},
              h(
                "thead",
                {},
                h(
                  "tr",
                  {},
                  ["Name", "Value", "Used in"].map((title) => h("th", { scope: "col" }, title)),
                ),
              ),
              h(
                "tbody",
                {},
                secrets.map(({ name, set, source }) =>
                  h(
                    "tr",
                    {},
                    h("th", { scope: "row" }, h("code", {}, name)),
                    h(
                      "td",
                      {},
                      h("span", { class: "status", "data-kind": set ? "good" : "warn" }, set ? "set" : "missing"),
                    ),
                    h("td", {}, h("code", { class: "quiet" }, source)),
                  ),
                ),
              ),
            ),
          ),
    ],
  };
}
