/** A Docker image of a language, by those who make the language or Docker's own; its tags begin with the version. */
interface LanguageImage {
  name: string;
  /** The version when the project names none, or one that no tag can be made of: a choice, to be renewed now and then. */
  version: string;
  /** So many parts of a version are in a tag: 2 of `1.22.3` are `1.22`. */
  parts: 1 | 2;
  /** Behind the version. */
  suffix?: string;
}

/**
 * For what Daytona's own snapshot, with its Python, Node.js and TypeScript, does not have. All of them are Debian's, with a
 * shell, tar and the other tools that files are sent and looked at with: the tags without the name of a system (`1.24`, not
 * `1.24-alpine`) are Debian's in Docker's own images.
 */
const IMAGES: Readonly<Record<string, LanguageImage>> = {
  go: { name: "golang", version: "1.24", parts: 2 },
  rust: { name: "rust", version: "1", parts: 2 },
  java: { name: "maven", version: "3-eclipse-temurin-21", parts: 1 },
  ruby: { name: "ruby", version: "3.4", parts: 2 },
  php: { name: "php", version: "8.4", parts: 2, suffix: "-cli" },
  dotnet: { name: "mcr.microsoft.com/dotnet/sdk", version: "8.0", parts: 2 },
  elixir: { name: "elixir", version: "1.18", parts: 2 },
  deno: { name: "denoland/deno", version: "debian", parts: 2 },
  cpp: { name: "gcc", version: "14", parts: 1 },
};

/** The JDKs that there are Maven images for; the next one up serves what lies between. */
const JAVA = [8, 11, 17, 21];

/** The image for a project in that language; null where Daytona's own snapshot serves, which starts faster. */
export function imageFor(projectLanguage: string | null, runtimeVersion: string | null): string | null {
  const image = Object.hasOwn(IMAGES, projectLanguage ?? "") ? IMAGES[projectLanguage ?? ""] : undefined;
  if (image === undefined) return null;
  const numbers = /\d+(\.\d+)*/.exec(runtimeVersion ?? "")?.[0].split(".");
  if (numbers === undefined || projectLanguage === "deno") return `${image.name}:${image.version}${image.suffix ?? ""}`;
  if (projectLanguage === "java") return `${image.name}:3-eclipse-temurin-${javaVersion(numbers)}`;
  // .NET is asked for by its major version alone as well; its tags always have two parts.
  const padded = projectLanguage === "dotnet" ? [...numbers, "0"] : numbers;
  return `${image.name}:${padded.slice(0, image.parts).join(".")}${image.suffix ?? ""}`;
}

/** Java 8 calls itself 1.8. */
function javaVersion([major = "", minor = ""]: string[]): number {
  const asked = Number(major === "1" ? minor : major);
  return JAVA.find((version) => version >= asked) ?? 21;
}
