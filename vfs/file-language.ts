/** Endings and whole names of files, in lower case, by the language that they are written in. */
const LANGUAGES: Record<string, readonly string[]> = {
  TypeScript: [".ts", ".tsx", ".mts", ".cts"],
  JavaScript: [".js", ".jsx", ".mjs", ".cjs"],
  Python: [".py", ".pyi", ".pyw"],
  Go: [".go"],
  Rust: [".rs"],
  Java: [".java"],
  Kotlin: [".kt", ".kts"],
  Scala: [".scala"],
  Ruby: [".rb", ".erb", ".rake", "gemfile", "rakefile"],
  PHP: [".php"],
  C: [".c", ".h"],
  "C++": [".cc", ".cpp", ".cxx", ".hh", ".hpp"],
  "C#": [".cs"],
  Swift: [".swift"],
  Elixir: [".ex", ".exs"],
  Dart: [".dart"],
  Vue: [".vue"],
  Svelte: [".svelte"],
  HTML: [".html", ".htm"],
  CSS: [".css", ".scss", ".sass", ".less"],
  SQL: [".sql"],
  Shell: [".sh", ".bash", ".zsh", ".fish"],
  Docker: ["dockerfile", ".dockerfile"],
  Make: ["makefile", ".mk"],
  Markdown: [".md", ".mdx", ".markdown"],
  JSON: [".json", ".jsonc", ".json5"],
  YAML: [".yml", ".yaml"],
  TOML: [".toml"],
  XML: [".xml"],
  Text: [".txt", "license", "readme"],
};

const BY_ENDING = new Map(
  Object.entries(LANGUAGES).flatMap(([name, endings]) => endings.map((ending) => [ending, name])),
);

/** The language for a file's ending (`.ts`) or its whole name (`makefile`), both in lower case. */
export function languageOf(ending: string): string {
  return BY_ENDING.get(ending) ?? "Other";
}
