import { statusPill } from "../answer-view.js";
import { fill, h, newId } from "../dom.js";
import { count, duration, timeOfDay } from "../format.js";
import { store } from "../store.js";

let wanted = "";
let failuresOnly = false;

/** Everything that the app answers, as it happens, the newest first. */
export function requestsView(left) {
  const rows = new Map();
  const body = h("tbody");
  const note = h("p", { class: "quiet", role: "status" });
  let paused = false;
  const update = () => {
    if (paused) return;
    for (const [id, row] of rows) {
      if (store.requests.has(id)) continue;
      row.element.remove();
      rows.delete(id);
    }
    for (const request of store.requests.values()) {
      const row = rows.get(request.id);
      if (row?.request === request) continue;
      const element = requestRow(request);
      if (row) row.element.replaceWith(element);
      else body.prepend(element);
      rows.set(request.id, { request, element });
    }
    narrow();
  };
  const narrow = () => {
    let shown = 0;
    for (const { request, element } of rows.values()) {
      element.hidden = !matches(request);
      if (!element.hidden) shown++;
    }
    const omitted = store.omitted > 0 ? ` Under load ${count(store.omitted, "more event")} could not be recorded.` : "";
    fill(
      note,
      shown === 0 && rows.size === 0
        ? "Nothing was asked of the app yet; whatever is will be shown here."
        : `${count(shown, "request")}.${omitted}`,
    );
  };
  let due = false;
  const later = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      update();
    });
  };
  store.addEventListener("requests", later, { signal: left });
  const pause = h(
    "button",
    {
      type: "button",
      "aria-pressed": "false",
      onclick: () => {
        paused = !paused;
        pause.setAttribute("aria-pressed", String(paused));
        fill(pause, paused ? "Go on" : "Pause");
        update();
      },
    },
    "Pause",
  );
  update();
  return {
    title: "Requests",
    content: [
      h("h1", {}, "Requests"),
      h(
        "div",
        { class: "row tools" },
        filterField(narrow),
        failuresSwitch(narrow),
        pause,
        h("button", { type: "button", onclick: () => store.clearRequests() }, "Clear"),
      ),
      note,
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Requests" },
        h(
          "table",
          { class: "requests" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ["Time", "Method", "Path", "Status", "Duration", "Caller"].map((title) =>
                h("th", { scope: "col" }, title),
              ),
            ),
          ),
          body,
        ),
      ),
    ],
  };
}

function filterField(onChange) {
  const id = newId();
  const input = h("input", {
    id,
    type: "search",
    placeholder: "path, endpoint, code or caller",
    value: wanted,
    oninput: () => {
      wanted = input.value;
      onChange();
    },
  });
  return h("div", { class: "row" }, h("label", { for: id }, "Filter"), input);
}

function failuresSwitch(onChange) {
  const id = newId();
  const input = h("input", {
    id,
    type: "checkbox",
    checked: failuresOnly,
    onchange: () => {
      failuresOnly = input.checked;
      onChange();
    },
  });
  return h("div", { class: "row switch" }, input, h("label", { for: id }, "Failures only"));
}

const hasFailed = ({ status, error, cutOff }) => error !== undefined || status >= 400 || cutOff === true;

function matches(request) {
  if (failuresOnly && !hasFailed(request)) return false;
  const { method, path, service, endpoint, error, status } = request;
  const text = [method, path, `${service}.${endpoint}`, error?.code, status, callerText(request)]
    .join(" ")
    .toLowerCase();
  return text.includes(wanted.trim().toLowerCase());
}

function requestRow(request) {
  const { at, method, path, service, endpoint, status, ms, error, cutOff, traceId } = request;
  return h(
    "tr",
    { class: hasFailed(request) ? "failed" : "" },
    h("td", { class: "time" }, h("time", { title: traceId ? `trace ${traceId}` : undefined }, timeOfDay(at))),
    h("td", {}, h("span", { class: "method", "data-method": status === 101 ? "WS" : method }, method)),
    h(
      "td",
      { class: "what" },
      h("span", { class: "path" }, path),
      service ? h("a", { class: "of", href: `#/endpoint/${service}/${endpoint}` }, `${service}.${endpoint}`) : null,
      error
        ? h(
            "p",
            { class: "error" },
            h("strong", {}, error.code),
            ` ${error.message}`,
            error.internalMessage ? h("span", { class: "quiet" }, ` (${error.internalMessage})`) : null,
          )
        : null,
      cutOff ? h("p", { class: "error" }, "The connection closed before the answer had left.") : null,
    ),
    h("td", {}, statusPill(status)),
    h("td", { class: "number" }, ms === undefined ? "open" : duration(ms)),
    h("td", { class: "caller" }, callerText(request)),
  );
}

function callerText({ caller }) {
  switch (caller.kind) {
    case "http":
      return agentName(caller.agent);
    case "service":
      return `service ${caller.name}`;
    case "cron":
      return `cron job ${caller.name}`;
    default:
      return "the app itself";
  }
}

/** `curl/8.5.0` is `curl`; what browsers say of themselves is long. */
function agentName(agent) {
  if (agent === undefined) return "HTTP client";
  if (agent.startsWith("Mozilla/")) return "browser";
  if (agent === "API explorer") return "this page";
  return agent.split(/[/ ]/)[0];
}
