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
  const detected = PROJECT_LANGUAGES.find((name) => name === language.trim().toLowerCase());
  const known = (framework === undefined ? null : knownDaytonaLanguage(framework)) ?? knownDaytonaLanguage(language);
  return {
    projectLanguage: detected ?? known ?? "unknown",
    language: known ?? normalizeDaytonaLanguage(language),
    unknownLanguage: known === null && (detected === undefined || detected === "unknown") ? language : null,
  };
}
