import { type Reader, SURE } from "../reading";
import { StackBuilder } from "../stack-builder";

const PORT = 8080;

/** A site that is files alone, or that a generator of its own makes. */
export const readStatic: Reader = async (folder) => {
  const hugo =
    folder.first("hugo.toml", "hugo.yaml", "hugo.json") ??
    (folder.hasFolder("archetypes") ? folder.first("config.toml") : undefined);
  if (hugo !== undefined) {
    const reason = { file: hugo, because: "Hugo's configuration", confidence: 0.9 };
    const stack = new StackBuilder(folder, "static", "static web", { ...reason, confidence: SURE.runnable });
    stack.decide("framework", "hugo", reason);
    stack.decide("build", "hugo", reason);
    stack.decide("start", "hugo server --bind 0.0.0.0 --port 1313", reason);
    stack.decide("port", 1313, { ...reason, because: "the start command" });
    return stack.build();
  }
  const page = folder.first("index.html", "public/index.html");
  if (page === undefined) return null;
  const stack = new StackBuilder(folder, "static", "static web", {
    file: page,
    because: "a page without a manifest beside it",
    confidence: page === "index.html" ? SURE.toolsOnly - 0.1 : SURE.files,
  });
  const root = page === "index.html" ? "" : " --directory public";
  const reason = { file: page, because: "the page that is served", confidence: 0.8 };
  stack.decide("start", `python3 -m http.server ${PORT}${root}`, reason);
  stack.decide("port", PORT, { ...reason, because: "the start command" });
  return stack.build();
};
