import { fill, h } from "./dom.js";
import { navigation } from "./navigation.js";
import { store } from "./store.js";
import { topBar } from "./top-bar.js";
import { cronView } from "./views/cron.js";
import { endpointView } from "./views/endpoint.js";
import { migrationsView } from "./views/migrations.js";
import { requestsView } from "./views/requests.js";
import { secretsView } from "./views/secrets.js";
import { topicsView } from "./views/topics.js";

const VIEWS = {
  requests: requestsView,
  topics: topicsView,
  cron: cronView,
  secrets: secretsView,
  migrations: migrationsView,
  endpoint: endpointView,
};

const main = document.getElementById("main");
let leave = new AbortController();

/** Shows what the address names. Each view gets a signal that ends its listeners when another takes its place. */
function show() {
  if (store.app === undefined) return;
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  leave.abort();
  leave = new AbortController();
  const view = VIEWS[name || "requests"] ?? notFound;
  const { title, content } = view(leave.signal, ...rest);
  document.title = `${title} · ${store.app.name}`;
  fill(main, content);
}

const notFound = () => ({ title: "Not found", content: h("h1", {}, "There is nothing here") });

window.addEventListener("hashchange", () => {
  show();
  main.scrollTo(0, 0);
  main.focus({ preventScroll: true });
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
store.addEventListener("app", show);
navigation(document.getElementById("nav"));
topBar(document.getElementById("top"));
await store.start();
if (store.app === undefined)
  fill(main, h("h1", {}, "Waiting for the app"), h("p", {}, "It is shown here once it has started."));
