import { h } from "./dom.js";
import { duration, prettyJson, size } from "./format.js";

/** A status with its colour, and with words for those who do not see it. */
export function statusPill(status) {
  const kind =
    status === 0
      ? "bad"
      : status >= 500
        ? "bad"
        : status >= 400
          ? "warn"
          : status >= 300 || status < 200
            ? "other"
            : "good";
  return h("span", { class: "status", "data-kind": kind }, status === 0 ? "none" : status);
}

/** What the app answered to a call from this page. */
export function answerView(answer) {
  const { status, statusText, headers, firstByteMs, ms, bytes, truncated } = answer;
  const content = Uint8Array.from(atob(answer.body), (character) => character.charCodeAt(0));
  const type = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  return [
    h(
      "p",
      { class: "summary" },
      statusPill(status),
      h("strong", {}, statusText),
      h("span", { title: `first byte after ${duration(firstByteMs)}` }, duration(ms)),
      h("span", {}, size(bytes)),
    ),
    bodyView(content, type),
    truncated ? h("p", { class: "hint" }, `The answer is longer; these are its first ${size(content.length)}.`) : null,
    h(
      "details",
      {},
      h("summary", {}, `Headers (${headers.length})`),
      h(
        "dl",
        { class: "headers" },
        headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
      ),
    ),
  ];
}

function bodyView(content, type) {
  if (content.length === 0) return h("p", { class: "quiet" }, "The answer has no body.");
  const url = () => URL.createObjectURL(new Blob([content], { type: type || "application/octet-stream" }));
  if (type.startsWith("image/") && !type.includes("svg"))
    return h("img", { class: "picture", src: url(), alt: "the image that was answered" });
  const text = decode(content);
  if (text !== undefined)
    return h(
      "pre",
      { tabindex: "0", "aria-label": "Body of the answer" },
      type.includes("json") ? prettyJson(text) : text,
    );
  return h(
    "p",
    {},
    `${size(content.length)} of ${type || "unknown type"}. `,
    h("a", { href: url(), download: "answer" }, "Save"),
  );
}

/** Undefined for what is no text. */
function decode(content) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(content);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
