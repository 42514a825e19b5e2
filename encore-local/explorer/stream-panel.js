import { buildCall, newDraft, streamProtocols } from "./build-call.js";
import { callFields } from "./call-form.js";
import { credentials } from "./credentials.js";
import { fill, h, newId } from "./dom.js";
import { prettyJson, timeOfDay } from "./format.js";
import { store } from "./store.js";

const MOST_LINES = 300;

/** Opens a stream, sends, and shows what comes. It is closed when the view is left. */
export function streamPanel(endpoint, left) {
  const [method] = endpoint.methods;
  const draft = newDraft(endpoint, method);
  const state = h("p", { class: "hint", role: "status" }, "Not connected.");
  const nothing = h("li", { class: "quiet" }, "Messages will be here.");
  const lines = h("ol", { class: "lines", "aria-label": "Messages", "aria-live": "polite" }, nothing);
  const connect = h("button", { class: "primary" }, "Connect");
  const close = h("button", { type: "button", disabled: true }, "Close");
  const sending =
    endpoint.incoming &&
    sendForm(
      endpoint.incoming,
      (text) => socket?.send(text) ?? undefined,
      (text) => add("out", text),
    );
  let socket;
  const add = (direction, text) => {
    nothing.remove();
    lines.append(
      h(
        "li",
        { "data-direction": direction },
        h("time", {}, timeOfDay(Date.now())),
        h("span", { class: "direction" }, { in: "received", out: "sent", note: "" }[direction]),
        h("pre", {}, prettyJson(text)),
      ),
    );
    while (lines.childElementCount > MOST_LINES) lines.firstElementChild.remove();
    lines.scrollTop = lines.scrollHeight;
  };
  const setOpen = (open, text) => {
    connect.disabled = open;
    close.disabled = !open;
    sending?.setOpen(open);
    fill(state, text);
  };
  const open = () => {
    const { path, headers } = buildCall({ endpoint, method, draft, credentials: credentials() });
    setOpen(true, "Connecting…");
    const opened = new WebSocket(store.app.streamUrl + path, streamProtocols(headers));
    socket = opened;
    opened.onopen = () => setOpen(true, "Connected.");
    opened.onmessage = ({ data }) => add("in", String(data));
    opened.onclose = ({ code, reason, wasClean }) => {
      if (socket !== opened) return;
      socket = undefined;
      setOpen(
        false,
        wasClean
          ? `Closed (${code}${reason ? `, ${reason}` : ""}).`
          : ["Refused or cut off: ", h("a", { href: "#/requests" }, "Requests"), " tells why."],
      );
    };
  };
  close.addEventListener("click", () => socket?.close());
  left.addEventListener("abort", () => socket?.close());
  const form = h(
    "form",
    {
      class: "call",
      onsubmit: (event) => {
        event.preventDefault();
        open();
      },
    },
    callFields({ endpoint, method, draft }),
    h("div", { class: "row" }, connect, close, state),
  );
  return h(
    "div",
    { class: "try" },
    h("div", {}, form, sending?.form),
    h("section", { class: "answer", "aria-label": "Messages of the stream" }, lines),
  );
}

function sendForm({ sample }, send, onSent) {
  const id = newId();
  const text = JSON.stringify(sample, null, 2);
  const input = h("textarea", {
    id,
    rows: Math.min(12, text.split("\n").length + 1),
    spellcheck: "false",
    value: text,
  });
  const button = h("button", { disabled: true }, "Send");
  const form = h(
    "form",
    {
      class: "call",
      onsubmit: (event) => {
        event.preventDefault();
        send(input.value);
        onSent(input.value);
      },
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !button.disabled) form.requestSubmit();
      },
    },
    h("div", { class: "field" }, h("label", { for: id }, "Message"), input),
    h("div", { class: "row" }, button),
  );
  return { form, setOpen: (open) => (button.disabled = !open) };
}
