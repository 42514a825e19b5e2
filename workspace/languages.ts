import log from "../platform/log";

/** What Daytona's sandboxes speak. */
export type DaytonaLanguage = "typescript" | "python" | "javascript";

const DEFAULT: DaytonaLanguage = "typescript";

/** Names that people and detectors use, in lower case and without spaces, dots, hyphens and underscores. */
const NAMES: Record<DaytonaLanguage, readonly string[]> = {
  typescript: [
    ...["typescript", "ts", "tsx", "react", "reactts", "next", "nextjs", "node", "nodejs", "express", "expressjs"],
    ...[
      "nest",
      "nestjs",
      "remix",
      "svelte",
      "sveltekit",
      "astro",
      "solid",
      "solidjs",
      "deno",
      "bun",
      "fastify",
      "encore",
    ],
  ],
  python: [
    ...[
      "python",
      "python3",
      "py",
      "django",
      "flask",
      "fastapi",
      "jupyter",
      "notebook",
      "pandas",
      "streamlit",
      "starlette",
    ],
    ...["pytorch", "tensorflow"],
  ],
  javascript: [
    ...["javascript", "js", "jsx", "ecmascript", "vue", "vuejs", "vue3", "nuxt", "nuxtjs", "angular", "angularjs"],
    ...["jquery", "ember", "vanilla", "vanillajs"],
  ],
};

const BY_NAME = new Map(
  (Object.keys(NAMES) as DaytonaLanguage[]).flatMap((language) =>
    NAMES[language].map((name) => [name, language] as const),
  ),
);

/** Null for a name that is in no list; case, spaces and punctuation do not matter. */
export function knownDaytonaLanguage(name: string): DaytonaLanguage | null {
  return BY_NAME.get(name.toLowerCase().replace(/[\s._-]+/g, "")) ?? null;
}

/**
 * Daytona's language for the name of a language or framework. An unknown name (a template's such as `github-import` among
 * them) is logged and becomes `typescript`.
 */
export function normalizeDaytonaLanguage(name: string | null | undefined): DaytonaLanguage {
  const language = knownDaytonaLanguage(name ?? "");
  if (language !== null) return language;
  log.warn(`Unknown language '${name ?? ""}'`, { fallback: DEFAULT });
  return DEFAULT;
}
