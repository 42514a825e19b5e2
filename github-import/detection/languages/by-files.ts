import type { Language, Stack } from "../detection";
import type { Folder } from "../folder";
import { SURE } from "../reading";
import { StackBuilder } from "../stack-builder";

const BY_ENDING: readonly { language: Language; label: string; ending: RegExp }[] = [
  { language: "python", label: "Python", ending: /\.py$/ },
  { language: "typescript", label: "Node.js/TypeScript", ending: /(?<!\.d)\.[cm]?tsx?$/ },
  { language: "javascript", label: "Node.js/TypeScript", ending: /\.[cm]?jsx?$/ },
  { language: "go", label: "Go", ending: /\.go$/ },
  { language: "rust", label: "Rust", ending: /\.rs$/ },
  { language: "java", label: "Java", ending: /\.(java|kt)$/ },
  { language: "ruby", label: "Ruby", ending: /\.rb$/ },
  { language: "php", label: "PHP", ending: /\.php$/ },
  { language: "dotnet", label: ".NET", ending: /\.(cs|fs|vb)$/ },
  { language: "elixir", label: "Elixir", ending: /\.exs?$/ },
  { language: "cpp", label: "C/C++", ending: /\.(c|cc|cpp|cxx|h|hpp)$/ },
  { language: "shell", label: "shell", ending: /\.(sh|bash)$/ },
];

const SHELL_ENTRY_POINTS = ["main.sh", "run.sh", "start.sh", "install.sh"];

/** Without any manifest: what most of the files are; null when none is source. */
export function readByFiles(folder: Folder): Stack | null {
  const counts = BY_ENDING.map((rule) => ({ ...rule, count: 0, first: "" }));
  for (const file of folder.everyFile()) {
    const rule = counts.find(({ ending }) => ending.test(file));
    if (rule === undefined) continue;
    if (rule.count === 0) rule.first = file;
    rule.count += 1;
  }
  const most = counts.reduce((a, b) => (b.count > a.count ? b : a));
  if (most.count === 0) return null;
  const stack = new StackBuilder(folder, most.language, most.label, {
    file: most.first,
    because: `most of the source files (${most.count}) are of it, and there is no manifest`,
    confidence: SURE.files,
  });
  const script = most.language === "shell" ? folder.first(...SHELL_ENTRY_POINTS) : undefined;
  if (script !== undefined) {
    stack.decide("start", `bash ${script}`, { file: script, because: "the entry point", confidence: 0.6 });
  }
  return stack.build();
}
