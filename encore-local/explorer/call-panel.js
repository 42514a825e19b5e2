import { answerView } from "./answer-view.js";
import { buildCall, newDraft } from "./build-call.js";
import { callFields } from "./call-form.js";
import { credentials } from "./credentials.js";
import { fill, h, newId } from "./dom.js";

/** What was entered and answered, by endpoint, for as long as the page is open. */
const remembered = new Map();

/** A form that calls an endpoint, and the answer. */
export function callPanel(endpoint) {
  const key = `${endpoint.service}.${endpoint.name}`;
  const memory = remembered.get(key) ?? { method: endpoint.methods[0], drafts: {} };
  remembered.set(key, memory);
  if (!endpoint.methods.includes(memory.method)) memory.method = endpoint.methods[0];
  const fields = h("div", { class: "inputs" });
  const answer = h("section", { class: "answer", "aria-label": "Answer", "aria-live": "polite" });
  const send = h("button", { class: "primary" }, "Send");
  const cancel = h("button", { type: "button", hidden: true }, "Cancel");
  const draft = () => (memory.drafts[memory.method] ??= newDraft(endpoint, memory.method));
  const showFields = () => fill(fields, callFields({ endpoint, method: memory.method, draft: draft() }));
  const form = h(
    "form",
    {
      class: "call",
      onsubmit: (event) => {
        event.preventDefault();
        void run();
      },
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      },
    },
    endpoint.methods.length > 1 ? methodField(endpoint, memory, showFields) : null,
    fields,
    h("div", { class: "row" }, send, cancel, h("span", { class: "hint" }, "Ctrl+Enter sends, too")),
  );
  const run = async () => {
    const stopped = new AbortController();
    cancel.onclick = () => stopped.abort();
    setBusy(true);
    memory.answer = await call(
      { endpoint, method: memory.method, draft: draft(), credentials: credentials() },
      stopped.signal,
    );
    setBusy(false);
    fill(answer, memory.answer);
  };
  const setBusy = (busy) => {
    send.disabled = busy;
    cancel.hidden = !busy;
    if (busy) fill(answer, h("p", { class: "quiet" }, "Waiting for the answer…"));
  };
  showFields();
  fill(answer, memory.answer ?? h("p", { class: "quiet" }, "The answer will be here."));
  return h("div", { class: "try" }, form, answer);
}

function methodField(endpoint, memory, onChange) {
  const id = newId();
  const select = h(
    "select",
    {
      id,
      onchange: () => {
        memory.method = select.value;
        onChange();
      },
    },
    endpoint.methods.map((method) => h("option", { selected: method === memory.method }, method)),
  );
  return h("div", { class: "field" }, h("label", { for: id }, "Method"), select);
}

/** Gives the elements that show what came of it. */
async function call(parts, signal) {
  try {
    const response = await fetch("/api/call", { method: "POST", body: JSON.stringify(buildCall(parts)), signal });
    const result = await response.json();
    return response.ok ? answerView(result) : failure(result.error);
  } catch (error) {
    return failure(signal.aborted ? "You cancelled it." : `The explorer does not answer: ${error.message}`);
  }
}

const failure = (text) => h("p", { class: "failure" }, text);
