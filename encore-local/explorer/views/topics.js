import { fill, h } from "../dom.js";
import { count, duration, prettyJson, timeOfDay } from "../format.js";
import { store } from "../store.js";
import { schemaView, typeName } from "../types.js";

const OUTCOMES = { done: ["good", "delivered"], failed: ["warn", "failed"], dropped: ["bad", "dropped"] };

/** Topics with their subscriptions, and the latest messages with what became of them. */
export function topicsView(left) {
  const { topics } = store.app;
  const lists = new Map(topics.map(({ name }) => [name, h("div", { class: "messages" })]));
  const update = () => {
    const all = [...store.messages.values()].reverse();
    for (const [name, list] of lists)
      updateList(
        list,
        all.filter(({ topic }) => topic === name),
      );
  };
  store.addEventListener("messages", update, { signal: left });
  update();
  return {
    title: "Topics",
    content: [
      h("h1", {}, "Topics"),
      topics.length === 0 ? h("p", { class: "quiet" }, "The app has no topics.") : null,
      topics.map((topic) => topicSection(topic, lists.get(topic.name))),
    ],
  };
}

function topicSection({ name, doc, deliveryGuarantee, message, source, subscriptions }, messages) {
  return h(
    "section",
    { class: "card" },
    h("h2", {}, name),
    h(
      "p",
      { class: "facts" },
      h("span", { class: "tag" }, deliveryGuarantee),
      h("code", { class: "type" }, typeName(message)),
      h("code", { class: "quiet" }, source),
    ),
    doc ? h("p", { class: "description" }, doc) : null,
    h(
      "ul",
      { class: "plain" },
      subscriptions.map((subscription) =>
        h(
          "li",
          {},
          h("strong", {}, subscription.name),
          ` in ${subscription.service}`,
          h("span", { class: "quiet" }, `, ${count(subscription.maxConcurrency, "message")} at once`),
        ),
      ),
    ),
    h("details", {}, h("summary", {}, "Schema"), schemaView(message)),
    h("h3", {}, "Messages"),
    messages,
  );
}

/** Messages that stand open stay open. */
function updateList(list, messages) {
  const open = new Set([...list.querySelectorAll("details[open]")].map(({ id }) => id));
  if (messages.length === 0)
    fill(list, h("p", { class: "quiet" }, "None was published since the explorer was started."));
  else
    fill(
      list,
      messages.map((message) => messageView(message, open.has(message.id))),
    );
}

/** The worst of what became of a message in its subscriptions. */
function outcomeOf({ attempts }) {
  const latest = new Map(attempts.map(({ subscription, outcome }) => [subscription, outcome]));
  const worst = ["dropped", "failed", "done"].find((outcome) => [...latest.values()].includes(outcome));
  return worst === undefined ? ["other", "published"] : OUTCOMES[worst];
}

function messageView(message, open) {
  const { id, at, body, attributes, attempts } = message;
  const [kind, word] = outcomeOf(message);
  return h(
    "details",
    { id, class: "message", open },
    h(
      "summary",
      {},
      h("time", {}, timeOfDay(at)),
      h("span", { class: "status", "data-kind": kind }, word),
      h("code", { class: "peek" }, body),
      attempts.length > 1 ? h("span", { class: "quiet" }, count(attempts.length, "attempt")) : null,
    ),
    h("p", { class: "quiet" }, `message ${id}`),
    h("pre", { tabindex: "0" }, prettyJson(body)),
    Object.keys(attributes).length > 0
      ? h(
          "dl",
          { class: "headers" },
          Object.entries(attributes).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
        )
      : null,
    h("ol", { class: "attempts" }, attempts.map(attemptLine)),
  );
}

function attemptLine({ subscription, attempt, at, ms, outcome, error, retryInMs }) {
  const [kind, word] = OUTCOMES[outcome];
  return h(
    "li",
    {},
    h("time", {}, timeOfDay(at)),
    ` ${subscription}, attempt ${attempt}: `,
    h("span", { class: "status", "data-kind": kind }, word),
    ` after ${duration(ms)}`,
    error ? h("span", { class: "error" }, ` ${error}`) : null,
    retryInMs === undefined ? null : h("span", { class: "quiet" }, ` again in ${duration(retryInMs)}`),
  );
}
