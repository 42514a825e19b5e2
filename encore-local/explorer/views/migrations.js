import { fill, h } from "../dom.js";
import { dateAndTime } from "../format.js";
import { store } from "../store.js";

const FAULTS = { changed: "was changed after it was applied", gone: "was applied, but its file is gone" };

/** What was applied to each database, and what waits. */
export function migrationsView(left) {
  const content = h("div", {}, h("p", { class: "quiet" }, "Looking…"));
  const load = async () => {
    const answer = await fetch("/api/databases", { signal: left }).catch(() => undefined);
    if (left.aborted) return;
    if (answer?.ok) show(content, await answer.json());
    else fill(content, h("p", { class: "failure" }, "They could not be read; the explorer does not answer."));
  };
  void load();
  store.addEventListener("state", load, { signal: left });
  return { title: "Migrations", content: [h("h1", {}, "Migrations"), content] };
}

function show(element, databases) {
  if (databases.length === 0) fill(element, h("p", { class: "quiet" }, "The app has no databases."));
  else fill(element, databases.map(databaseSection));
}

function databaseSection({ name, migrations, error }) {
  return h(
    "section",
    { class: "card" },
    h("h2", {}, name),
    error ? h("p", { class: "failure" }, error) : null,
    migrations.length === 0
      ? h("p", { class: "quiet" }, "No migrations.")
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
                ["File", "State", "Applied"].map((title) => h("th", { scope: "col" }, title)),
              ),
            ),
            h("tbody", {}, migrations.map(migrationRow)),
          ),
        ),
  );
}

function migrationRow({ file, appliedAt, fault }) {
  const [kind, word] = fault
    ? ["bad", FAULTS[fault]]
    : appliedAt === undefined
      ? ["warn", "pending"]
      : ["good", "applied"];
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("code", {}, file)),
    h("td", {}, h("span", { class: "status", "data-kind": kind }, word)),
    h("td", {}, appliedAt === undefined ? "" : dateAndTime(appliedAt)),
  );
}
