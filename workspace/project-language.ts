import { type DaytonaLanguage, knownDaytonaLanguage, normalizeDaytonaLanguage } from "./languages";

/** What the detection knows; Daytona's three languages are among them. */
const PROJECT_LANGUAGES = [
  "typescript",
  "javascript",
  "python",
  "go",
  "rust",
  "java",
  "ruby",
  "php",
  "dotnet",
  "elixir",
  "deno",
  "cpp",
  "static",
  "shell",
  "unknown",
] as const;

/** Other names of these, which people give; Daytona's own languages have theirs in `languages.ts`. */
const OTHER_NAMES: ReadonlyMap<string, (typeof PROJECT_LANGUAGES)[number]> = new Map([
  ["golang", "go"],
  ["rs", "rust"],
  ["kotlin", "java"],
  ["spring", "java"],
  ["spring boot", "java"],
  ["rb", "ruby"],
  ["rails", "ruby"],
  ["laravel", "php"],
  ["symfony", "php"],
  ["c#", "dotnet"],
  ["csharp", "dotnet"],
  ["f#", "dotnet"],
  [".net", "dotnet"],
  ["asp.net", "dotnet"],
  ["phoenix", "elixir"],
  ["c", "cpp"],
  ["c++", "cpp"],
  ["bash", "shell"],
  ["html", "static"],
]);

export interface ChosenLanguages {
  /** What the project is written in, in the detection's words. */
  projectLanguage: string;
  /** What Daytona makes of it. */
  language: DaytonaLanguage;
  /** The name that was given, when no language is known by it. */
  unknownLanguage: string | null;
}

/** From the names that were detected or asked for. A framework tells more than the language that it is written in. */
export function chooseLanguages({ language, framework }: { language: string; framework?: string }): ChosenLanguages {
  const given = language.trim().toLowerCase();
  const detected = PROJECT_LANGUAGES.find((name) => name === given) ?? OTHER_NAMES.get(given);
  const known = (framework === undefined ? null : knownDaytonaLanguage(framework)) ?? knownDaytonaLanguage(language);
  const isUnknown = known === null && (detected === undefined || detected === "unknown");
  return {
    projectLanguage: detected ?? known ?? "unknown",
    // One that Daytona has not gets an image of its own; some language it has to be told.
    language: known ?? (isUnknown ? normalizeDaytonaLanguage(language) : "typescript"),
    unknownLanguage: isUnknown ? language : null,
  };
}
