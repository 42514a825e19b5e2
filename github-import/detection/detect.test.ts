import { describe, expect, it } from "vitest";
import { detect } from "./detect";

/** A tree from texts by path; what is read is noted. */
function tree(files: Record<string, string>) {
  const read: string[] = [];
  return {
    paths: Object.keys(files),
    read,
    readText: async (path: string) => {
      read.push(path);
      return files[path] ?? null;
    },
  };
}

const json = (fields: object) => JSON.stringify(fields);

describe("the language", () => {
  it.each<[string, Record<string, string>, object]>([
    [
      "a tsconfig",
      { "package.json": "{}", "tsconfig.json": "{}" },
      { language: "typescript", label: "Node.js/TypeScript" },
    ],
    ["the compiler", { "package.json": json({ devDependencies: { typescript: "5" } }) }, { language: "typescript" }],
    ["TypeScript source", { "package.json": "{}", "src/a.ts": "" }, { language: "typescript" }],
    [
      "JavaScript alone",
      { "package.json": "{}", "index.js": "" },
      { language: "javascript", label: "Node.js/TypeScript" },
    ],
    ["declarations alone", { "package.json": "{}", "index.d.ts": "" }, { language: "javascript" }],
    [
      "TypeScript that is installed, not written",
      { "package.json": "{}", "node_modules/a/a.ts": "" },
      { language: "javascript" },
    ],
    ["a manifest that is no JSON", { "package.json": "{", "index.js": "" }, { language: "javascript" }],
    [
      "a manifest whose fields have other types",
      { "package.json": json({ scripts: 3, main: [], engines: "x" }) },
      { language: "javascript" },
    ],
    ["requirements.txt", { "requirements.txt": "" }, { language: "python", label: "Python" }],
    ["requirements under another name", { "requirements-dev.txt": "" }, { language: "python" }],
    ["Pipfile", { Pipfile: "" }, { language: "python" }],
    ["an entry point without a manifest", { "main.py": "" }, { language: "python" }],
    [
      "Python with its entry point before Node",
      { "requirements.txt": "", "main.py": "", "package.json": json({ dependencies: { next: "1" } }) },
      { language: "python" },
    ],
    [
      "Node before Python tools",
      { "requirements.txt": "", "package.json": "{}", "tsconfig.json": "{}" },
      { language: "typescript" },
    ],
    [
      "Python before a package.json of tools alone",
      { "pyproject.toml": "", "package.json": json({ devDependencies: { prettier: "3" } }) },
      { language: "python" },
    ],
    ["Go", { "go.mod": "" }, { language: "go", label: "Go" }],
    [
      "Go that runs, before the tools of its web page",
      { "go.mod": "", "main.go": "", "package.json": json({ scripts: { dev: "vite" } }) },
      { language: "go" },
    ],
    ["Rust", { "Cargo.toml": "" }, { language: "rust", label: "Rust" }],
    [
      "Node before the native part of a package",
      { "Cargo.toml": "", "src/lib.rs": "", "package.json": json({ main: "index.js" }) },
      { language: "javascript" },
    ],
    ["Java", { "pom.xml": "" }, { language: "java", label: "Java" }],
    ["Kotlin's Gradle", { "build.gradle.kts": "" }, { language: "java" }],
    ["Ruby", { Gemfile: "" }, { language: "ruby", label: "Ruby" }],
    [
      "Rails before the bundler of its scripts",
      { Gemfile: 'gem "rails", "~> 8"', "package.json": json({ scripts: { build: "esbuild", start: "x" } }) },
      { language: "ruby" },
    ],
    [
      "Node before the generator of its pages",
      { Gemfile: 'gem "jekyll"', "package.json": json({ main: "a.js" }) },
      { language: "javascript" },
    ],
    ["PHP", { "composer.json": "{}" }, { language: "php", label: "PHP" }],
    [
      "Laravel before the bundler of its scripts",
      {
        "composer.json": json({ require: { "laravel/framework": "^12" } }),
        "package.json": json({ devDependencies: { vite: "7" } }),
      },
      { language: "php" },
    ],
    ["pages in PHP", { "index.php": "" }, { language: "php" }],
    [".NET", { "App.csproj": "" }, { language: "dotnet", label: ".NET" }],
    ["a solution", { "App.sln": "", "src/App/App.csproj": "" }, { language: "dotnet" }],
    ["Elixir", { "mix.exs": "" }, { language: "elixir", label: "Elixir" }],
    ["Deno", { "deno.json": "{}" }, { language: "deno", label: "Deno" }],
    [
      "Node before the Deno of its publication",
      { "deno.json": "{}", "package.json": json({ main: "a.js" }) },
      { language: "javascript" },
    ],
    ["Deno with its lockfile", { "deno.json": "{}", "deno.lock": "{}", "package.json": "{}" }, { language: "deno" }],
    ["C++", { "CMakeLists.txt": "" }, { language: "cpp", label: "C/C++" }],
    ["a Makefile with C", { Makefile: "", "src/a.c": "" }, { language: "cpp" }],
    ["a Makefile without source, by its scripts", { Makefile: "", "a.sh": "" }, { language: "shell" }],
    ["a web page", { "index.html": "" }, { language: "static", label: "static web" }],
    ["Hugo's site", { "hugo.toml": "" }, { language: "static", framework: "hugo" }],
    [
      "Node before the page that it serves",
      { "index.html": "", "package.json": json({ scripts: { dev: "vite" } }) },
      { language: "javascript" },
    ],
    ["scripts alone", { "a.py": "", "b.py": "", "c.sh": "" }, { language: "python" }],
    ["shell scripts", { "run.sh": "", "lib/a.sh": "" }, { language: "shell", commands: { start: "bash run.sh" } }],
    [
      "a nested manifest, which does not outvote the root",
      { "go.mod": "", "web/package.json": json({ dependencies: { next: "1" } }) },
      { language: "go" },
    ],
    ["nothing", { README: "" }, { language: "unknown", confidence: 0, evidence: [] }],
    ["an empty tree", {}, { language: "unknown", matches: [], monorepo: null }],
  ])("is found for %s", async (_, files, expected) => {
    expect(await detect(tree(files))).toMatchObject(expected);
  });
});

describe("Node.js", () => {
  it.each<[string, Record<string, string>, object]>([
    [
      "Next.js before React",
      { "package.json": json({ dependencies: { react: "19", next: "16" } }) },
      { framework: "nextjs", port: 3000, commands: { build: "npx next build", start: "npx next start" } },
    ],
    [
      "its scripts before what is usual",
      { "package.json": json({ dependencies: { next: "16" }, scripts: { build: "x", start: "next start -p 4100" } }) },
      { port: 4100, commands: { build: "npm run build", start: "npm run start" } },
    ],
    [
      "start before dev",
      { "package.json": json({ scripts: { dev: "a", start: "b" } }) },
      { commands: { start: "npm run start" } },
    ],
    [
      "Vite's preview elsewhere than its server",
      {
        "package.json": json({
          dependencies: { react: "19" },
          devDependencies: { vite: "7" },
          scripts: { preview: "vite preview" },
        }),
      },
      { framework: "react", port: 4173 },
    ],
    [
      "no tests where npm's placeholder stands",
      { "package.json": json({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }) },
      { commands: { test: null } },
    ],
    [
      "a server's main file",
      { "package.json": json({ main: "./server.js", dependencies: { express: "5" } }), "server.js": "" },
      { framework: "express", port: 3000, commands: { start: "node server.js" } },
    ],
    [
      "nothing to start in a library",
      { "package.json": json({ main: "index.js" }), "index.js": "" },
      { port: null, commands: { start: null } },
    ],
    [
      "a library for React without a server",
      { "package.json": json({ main: "a.js", peerDependencies: { react: "19" } }) },
      { framework: "react", port: null, commands: { start: null } },
    ],
    [
      "pnpm by its lockfile",
      { "package.json": "{}", "pnpm-lock.yaml": "" },
      { packageManager: "pnpm", commands: { install: "pnpm install --frozen-lockfile" } },
    ],
    [
      "npm by its lockfile",
      { "package.json": "{}", "package-lock.json": "" },
      { packageManager: "npm", commands: { install: "npm ci" } },
    ],
    ["npm without one", { "package.json": "{}" }, { packageManager: "npm", commands: { install: "npm install" } }],
    [
      "bun",
      { "package.json": "{}", "bun.lock": "" },
      { packageManager: "bun", commands: { install: "bun install --frozen-lockfile" } },
    ],
    [
      "yarn 1",
      { "package.json": "{}", "yarn.lock": "# yarn lockfile v1" },
      { packageManager: "yarn", commands: { install: "yarn install --frozen-lockfile" } },
    ],
    [
      "yarn from 2 on",
      { "package.json": "{}", "yarn.lock": "__metadata:\n" },
      { packageManager: "yarn", commands: { install: "yarn install --immutable" } },
    ],
    [
      "the packageManager field before a lockfile",
      { "package.json": json({ packageManager: "yarn@4.1.0" }), "package-lock.json": "" },
      { packageManager: "yarn", commands: { install: "yarn install" } },
    ],
    [
      "devEngines before a lockfile",
      { "package.json": json({ devEngines: { packageManager: { name: "pnpm" } } }), "package-lock.json": "" },
      { packageManager: "pnpm" },
    ],
    [
      ".nvmrc before engines",
      { "package.json": json({ engines: { node: ">=18" } }), ".nvmrc": "v22.1.0\n" },
      { runtimeVersion: "22.1.0" },
    ],
    ["engines", { "package.json": json({ engines: { node: ">=18" } }) }, { runtimeVersion: ">=18" }],
    [
      ".tool-versions",
      { "package.json": "{}", ".tool-versions": "python 3.12\nnodejs 20.11.0\n" },
      { runtimeVersion: "20.11.0" },
    ],
    ["mise", { "package.json": "{}", "mise.toml": '[tools]\nnode = "24"\n' }, { runtimeVersion: "24" }],
  ])("has %s", async (_, files, expected) => {
    expect(await detect(tree(files))).toMatchObject(expected);
  });
});

describe("Python", () => {
  it.each<[string, Record<string, string>, object]>([
    [
      "Flask",
      { "requirements.txt": "flask==3\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n" },
      {
        framework: "flask",
        port: 5000,
        packageManager: "pip",
        commands: {
          install: "pip install -r requirements.txt",
          start: "flask --app app:app run --host 0.0.0.0 --port 5000",
        },
      },
    ],
    [
      "FastAPI in a package",
      {
        "pyproject.toml": '[project]\ndependencies = ["FastAPI[standard]>=0.1"]',
        "app/main.py": "api: FastAPI = FastAPI(\n)",
      },
      {
        framework: "fastapi",
        port: 8000,
        commands: { install: "pip install -e .", start: "uvicorn app.main:api --host 0.0.0.0 --port 8000" },
      },
    ],
    [
      "Django's manage.py",
      { "requirements.txt": "", "manage.py": "" },
      {
        framework: "django",
        port: 8000,
        commands: { start: "python manage.py runserver 0.0.0.0:8000", test: "python manage.py test" },
      },
    ],
    ["Streamlit", { "requirements.txt": "streamlit", "app.py": "" }, { framework: "streamlit", port: 8501 }],
    [
      "uv",
      {
        "pyproject.toml":
          '[project]\nrequires-python = ">=3.12"\ndependencies = []\n[dependency-groups]\ndev = ["pytest"]\n',
        "uv.lock": "",
        "main.py": "",
      },
      {
        packageManager: "uv",
        runtimeVersion: ">=3.12",
        commands: { install: "uv sync", start: "uv run python main.py", test: "uv run pytest" },
      },
    ],
    [
      "poetry",
      { "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\ndjango = "5"\n', "manage.py": "" },
      {
        packageManager: "poetry",
        runtimeVersion: "^3.11",
        framework: "django",
        commands: { install: "poetry install", start: "poetry run python manage.py runserver 0.0.0.0:8000" },
      },
    ],
    [
      "pipenv",
      { Pipfile: '[packages]\nbottle = "*"\n[requires]\npython_version = "3.11"\n' },
      { packageManager: "pipenv", runtimeVersion: "3.11", framework: "bottle" },
    ],
    [
      "conda",
      { "environment.yml": "dependencies:\n  - python=3.11\n  - pip:\n    - gradio\n" },
      {
        packageManager: "conda",
        framework: "gradio",
        commands: { install: "conda env update --file environment.yml" },
      },
    ],
    [
      "setup.py",
      { "setup.py": "setup(install_requires=['tornado>=6'])" },
      { framework: "tornado", commands: { install: "pip install -e .", start: null } },
    ],
    ["tests of pytest", { "requirements.txt": "", "tests/conftest.py": "" }, { commands: { test: "pytest" } }],
    [
      "tests of unittest",
      { "setup.py": "", "tests/test_a.py": "" },
      { commands: { test: "python -m unittest discover -s tests" } },
    ],
    [
      "its version from Heroku's file",
      { "requirements.txt": "", "runtime.txt": "python-3.12.1\n" },
      { runtimeVersion: "3.12.1" },
    ],
    ["no framework whose name another one begins with", { "requirements.txt": "flask-cors\n" }, { framework: null }],
  ])("has %s", async (_, files, expected) => {
    expect(await detect(tree(files))).toMatchObject(expected);
  });
});

describe("every other language", () => {
  it.each<[string, Record<string, string>, object]>([
    [
      "Go",
      { "go.mod": "module a\n\ngo 1.23\n\nrequire github.com/gin-gonic/gin v1.10.0\n", "main.go": "" },
      {
        framework: "gin",
        runtimeVersion: "1.23",
        port: 8080,
        commands: { install: "go mod download", build: "go build ./...", start: "go run .", test: "go test ./..." },
      },
    ],
    [
      "Go with several commands",
      { "go.mod": "", "cmd/cli/main.go": "", "cmd/server/main.go": "" },
      { commands: { start: "go run ./cmd/server" } },
    ],
    [
      "Rust",
      { "Cargo.toml": '[package]\nname="a"\nrust-version="1.80"\n[dependencies]\naxum="0.8"\n', "src/main.rs": "" },
      { framework: "axum", runtimeVersion: "1.80", port: 3000, commands: { start: "cargo run --release" } },
    ],
    [
      "Spring on Maven",
      {
        "pom.xml": "<project><java.version>21</java.version><artifactId>spring-boot-starter-web</artifactId></project>",
        mvnw: "",
      },
      {
        framework: "spring-boot",
        runtimeVersion: "21",
        port: 8080,
        commands: { build: "./mvnw -B package -DskipTests", start: "./mvnw spring-boot:run", test: "./mvnw test" },
      },
    ],
    [
      "Gradle",
      { "build.gradle.kts": "plugins { application }\nkotlin { jvmToolchain(17) }", gradlew: "" },
      { packageManager: "gradle", runtimeVersion: "17", commands: { start: "./gradlew run" } },
    ],
    [
      "Rails",
      { Gemfile: 'ruby "3.3.0"\ngem "rails"' },
      {
        framework: "rails",
        runtimeVersion: "3.3.0",
        port: 3000,
        commands: { install: "bundle install", start: "bin/rails server --binding 0.0.0.0", test: "bin/rails test" },
      },
    ],
    [
      "Rack",
      { Gemfile: "", "config.ru": "", ".rspec": "" },
      { port: 9292, commands: { start: "bundle exec rackup --host 0.0.0.0", test: "bundle exec rspec" } },
    ],
    [
      "Laravel",
      {
        "composer.json": json({
          require: { php: "^8.2", "laravel/framework": "^12" },
          "require-dev": { "phpunit/phpunit": "11" },
        }),
        artisan: "",
      },
      {
        framework: "laravel",
        runtimeVersion: "^8.2",
        port: 8000,
        commands: { start: "php artisan serve --host=0.0.0.0 --port=8000", test: "vendor/bin/phpunit" },
      },
    ],
    [
      "WordPress",
      { "wp-config-sample.php": "", "index.php": "" },
      { framework: "wordpress", commands: { install: null, start: "php -S 0.0.0.0:8000" } },
    ],
    [
      "ASP.NET",
      {
        "Shop.sln": "",
        "src/Web/Web.csproj":
          '<Project Sdk="Microsoft.NET.Sdk.Web"><TargetFramework>net9.0</TargetFramework></Project>',
        "tests/T/T.csproj": "Microsoft.NET.Test.Sdk",
      },
      {
        framework: "aspnetcore",
        runtimeVersion: "9.0",
        port: 5000,
        commands: { start: "dotnet run --project src/Web/Web.csproj --urls http://0.0.0.0:5000", test: "dotnet test" },
      },
    ],
    [
      "Phoenix",
      { "mix.exs": 'elixir: "~> 1.17"\n{:phoenix, "~> 1.7"}' },
      { framework: "phoenix", runtimeVersion: "~> 1.17", port: 4000, commands: { start: "mix phx.server" } },
    ],
    [
      "Deno's tasks",
      { "deno.jsonc": '{ // comment\n "tasks": { "start": "deno run main.ts", }, }' },
      { port: 8000, commands: { start: "deno task start", test: "deno test" } },
    ],
    [
      "CMake",
      { "CMakeLists.txt": "", "conanfile.txt": "" },
      { packageManager: "conan", commands: { build: "cmake -B build && cmake --build build" } },
    ],
    [
      "a web page",
      { "public/index.html": "" },
      { port: 8080, commands: { start: "python3 -m http.server 8080 --directory public" } },
    ],
  ])("has its commands: %s", async (_, files, expected) => {
    expect(await detect(tree(files))).toMatchObject(expected);
  });
});

describe("a reading", () => {
  it("gives all matches, the primary one first", async () => {
    const { language, matches } = await detect(
      tree({ "go.mod": "", "main.go": "", "package.json": "{}", "index.html": "" }),
    );
    expect(language).toBe("go");
    expect(matches.map((match) => match.language)).toEqual(["go", "javascript", "static"]);
  });

  it("has evidence for each fact that it states", async () => {
    const { framework, packageManager, runtimeVersion, commands, port, evidence } = await detect(
      tree({
        "package.json": json({
          engines: { node: "20" },
          dependencies: { next: "1" },
          scripts: { build: "a", start: "b", test: "c" },
        }),
        "yarn.lock": "",
      }),
    );
    const stated = Object.entries({ framework, packageManager, runtimeVersion, port, ...commands }).filter(
      ([, value]) => value !== null,
    );
    expect(stated).toHaveLength(8);
    for (const [fact] of stated) expect(evidence.map((entry) => entry.fact)).toContain(fact);
    expect(evidence).toContainEqual({
      fact: "packageManager",
      file: "yarn.lock",
      because: "its lockfile",
      confidence: 0.95,
    });
  });

  it("reads no file twice, and none that cannot tell", async () => {
    const view = tree({ "package.json": "{}", "pyproject.toml": "", "main.py": "", "src/big.ts": "", "data.bin": "" });
    await detect(view);
    expect(new Set(view.read).size).toBe(view.read.length);
    expect(view.read).not.toContain("src/big.ts");
    expect(view.read).not.toContain("data.bin");
  });
});
