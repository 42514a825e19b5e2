import { type Reader, SURE } from "../reading";
import { decideRuntimeVersion } from "../runtime-version";
import { StackBuilder } from "../stack-builder";

const FRAMEWORKS: readonly [module: string, framework: string, port: number][] = [
  ["encore.dev", "encore", 4000],
  ["github.com/gin-gonic/gin", "gin", 8080],
  ["github.com/gofiber/fiber", "fiber", 3000],
  ["github.com/labstack/echo", "echo", 1323],
  ["github.com/go-chi/chi", "chi", 8080],
  ["github.com/gorilla/mux", "gorilla", 8080],
  ["github.com/beego/beego", "beego", 8080],
];

export const readGo: Reader = async (folder) => {
  if (!folder.has("go.mod")) return null;
  const main = folder.has("main.go") ? "." : commandFolder([...folder.at("cmd").folders]);
  const stack = new StackBuilder(folder, "go", "Go", {
    file: "go.mod",
    because: "a module",
    confidence: main === undefined ? SURE.manifest : SURE.framework,
  });
  const text = (await folder.text("go.mod")) ?? "";
  const framework = FRAMEWORKS.find(([module]) => text.includes(`${module} v`) || text.includes(`${module}/v`));
  const requires = { file: "go.mod", because: `requires ${framework?.[0]}`, confidence: 0.9 };
  stack.decide("framework", framework?.[1], requires);
  stack.decide("packageManager", "go", { file: "go.mod", because: "a module", confidence: 1 });
  stack.decide("install", "go mod download", { file: "go.mod", because: "a module", confidence: 0.95 });
  stack.decide("build", "go build ./...", { file: "go.mod", because: "a module", confidence: 0.9 });
  if (main !== undefined) {
    const file = main === "." ? "main.go" : `${main.slice(2)}/main.go`;
    stack.decide("start", `go run ${main}`, { file, because: "a command", confidence: main === "." ? 0.9 : 0.7 });
    stack.decide("port", framework?.[2], { ...requires, because: `where ${framework?.[1]} listens unless told` });
  }
  stack.decide("test", "go test ./...", { file: "go.mod", because: "how a module is tested", confidence: 0.9 });
  await decideRuntimeVersion(stack, { files: [".go-version"], tools: ["golang", "go"] });
  stack.decide("runtimeVersion", /^go\s+([\d.]+)/m.exec(text)?.[1], {
    file: "go.mod",
    because: "its go directive",
    confidence: 1,
  });
  return stack.build();

  /** The one command, or the one that is named like a server. */
  function commandFolder(names: string[]): string | undefined {
    const commands = names.filter((name) => folder.has(`cmd/${name}/main.go`)).sort();
    const name = commands.find((candidate) => /server|api|web|http/.test(candidate)) ?? commands[0];
    return name === undefined ? undefined : `./cmd/${name}`;
  }
};
