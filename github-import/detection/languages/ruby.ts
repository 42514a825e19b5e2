import { type Reader, SURE } from "../reading";
import { decideRuntimeVersion } from "../runtime-version";
import { StackBuilder } from "../stack-builder";

interface RubyFramework {
  gem: string;
  port: number;
  start: (entry: string | undefined) => string | undefined;
}

const FRAMEWORKS: readonly RubyFramework[] = [
  { gem: "rails", port: 3000, start: () => "bin/rails server --binding 0.0.0.0" },
  { gem: "hanami", port: 2300, start: () => "bundle exec hanami server --host 0.0.0.0" },
  {
    gem: "sinatra",
    port: 4567,
    start: (entry) => (entry === undefined ? undefined : `bundle exec ruby ${entry} -o 0.0.0.0`),
  },
  { gem: "jekyll", port: 4000, start: () => "bundle exec jekyll serve --host 0.0.0.0" },
  { gem: "middleman", port: 4567, start: () => "bundle exec middleman server" },
];

export const readRuby: Reader = async (folder) => {
  const gemspec = folder.files.find((name) => name.endsWith(".gemspec"));
  const manifest = folder.first("Gemfile") ?? gemspec;
  if (manifest === undefined) return null;
  const text = (await folder.text(manifest)) ?? "";
  const framework = FRAMEWORKS.find(({ gem }) => new RegExp(`^[ \\t]*gem\\s*\\(?["']${gem}["']`, "m").test(text));
  // A page generator serves the documentation of projects in any language.
  const serves = framework !== undefined && framework.gem !== "jekyll" && framework.gem !== "middleman";
  const stack = new StackBuilder(folder, "ruby", "Ruby", {
    file: manifest,
    because: manifest === "Gemfile" ? "Bundler's manifest" : "a gem",
    confidence: serves ? SURE.framework : framework === undefined ? SURE.manifest : SURE.toolsOnly,
  });
  const requires = { file: manifest, because: `requires ${framework?.gem}`, confidence: 0.95 };
  stack.decide("framework", framework?.gem, requires);
  stack.decide("packageManager", "bundler", { file: manifest, because: "Bundler's manifest", confidence: 0.95 });
  if (manifest === "Gemfile") {
    stack.decide("install", "bundle install", { file: manifest, because: "Bundler's manifest", confidence: 0.95 });
  }
  const entry = folder.first("app.rb", "main.rb", "server.rb");
  stack.decide("start", framework?.start(entry), { ...requires, because: `how ${framework?.gem} is run` });
  if (folder.has("config.ru")) {
    stack.decide("start", "bundle exec rackup --host 0.0.0.0", {
      file: "config.ru",
      because: "Rack's file",
      confidence: 0.8,
    });
  }
  if (stack.get("start") !== undefined) {
    stack.decide("port", framework?.port ?? 9292, {
      file: manifest,
      because: "where it listens unless told",
      confidence: 0.8,
    });
  }
  if (folder.hasFolder("spec") || folder.has(".rspec")) {
    const file = folder.first(".rspec") ?? "spec";
    stack.decide("test", "bundle exec rspec", { file, because: "RSpec's files", confidence: 0.9 });
  }
  if (framework?.gem === "rails")
    stack.decide("test", "bin/rails test", { ...requires, because: "Rails' test command" });
  if (folder.has("Rakefile")) {
    stack.decide("test", "bundle exec rake test", { file: "Rakefile", because: "Rake's tasks", confidence: 0.6 });
  }
  await decideRuntimeVersion(stack, { files: [".ruby-version"], tools: ["ruby"] });
  stack.decide("runtimeVersion", /^ruby\s+["']([^"']+)["']/m.exec(text)?.[1], {
    file: manifest,
    because: "its ruby line",
    confidence: 1,
  });
  return stack.build();
};
