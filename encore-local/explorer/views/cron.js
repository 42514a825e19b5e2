import { statusPill } from "../answer-view.js";
import { fill, h } from "../dom.js";
import { dateAndTime, duration, timeOfDay } from "../format.js";
import { store } from "../store.js";

/** Cron jobs, when each is due, and how it last went. */
export function cronView(left) {
  const { on, jobs } = store.app.cron;
  const cells = new Map(jobs.map(({ name }) => [name, h("td")]));
  const update = () => {
    for (const [name, cell] of cells) {
      const last = [...store.requests.values()].findLast(
        ({ caller }) => caller.kind === "cron" && caller.name === name,
      );
      fill(
        cell,
        last
          ? [timeOfDay(last.at), " ", statusPill(last.status), ` ${duration(last.ms ?? 0)}`]
          : h("span", { class: "quiet" }, "not yet"),
      );
    }
  };
  store.addEventListener("requests", update, { signal: left });
  update();
  const how = on
    ? "They run, as the app was started with --cron."
    : "They do not run by themselves: start the app with --cron for that. Each can be called by hand.";
  return {
    title: "Cron jobs",
    content: [
      h("h1", {}, "Cron jobs"),
      h("p", { class: "quiet" }, jobs.length === 0 ? "The app has no cron jobs." : how),
      jobs.length === 0
        ? null
        : h(
            "div",
            { class: "scroll", tabindex: "0", role: "region", "aria-label": "Cron jobs" },
            h(
              "table",
              {},
              h(
                "thead",
                {},
                h(
                  "tr",
                  {},
                  ["Job", "Schedule", on ? "Next" : "Would be next", "Endpoint", "Last run"].map((title) =>
                    h("th", { scope: "col" }, title),
                  ),
                ),
              ),
              h(
                "tbody",
                {},
                jobs.map((job) => jobRow(job, cells.get(job.name))),
              ),
            ),
          ),
    ],
  };
}

const jobRow = ({ name, title, schedule, next, endpoint }, lastRun) =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, title, title === name ? null : h("span", { class: "quiet" }, ` ${name}`)),
    h("td", {}, h("code", {}, schedule)),
    h("td", {}, next === undefined ? "never" : dateAndTime(next)),
    h(
      "td",
      {},
      h("a", { href: `#/endpoint/${endpoint.service}/${endpoint.name}` }, `${endpoint.service}.${endpoint.name}`),
    ),
    lastRun,
  );
