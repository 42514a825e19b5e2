import { redact } from "../../platform/redaction";
import { DEFAULT_API_URL } from "../daytona-manager";
import { type Finding, sectionLink } from "./finding";

export interface Configuration {
  /** As the secret has it, before anything is trimmed. */
  rawKey: string;
  rawUrl: string;
}

/** What the secrets alone tell. The key itself is in none of the findings. */
export function checkConfiguration({ rawKey, rawUrl }: Configuration): Finding[] {
  return [checkKey(rawKey), ...checkKeyShape(rawKey), checkUrl(rawUrl)];
}

function checkKey(rawKey: string): Finding {
  if (rawKey.trim() !== "") return { check: "api_key", level: "ok", message: "DaytonaAPIKey is set" };
  return {
    check: "api_key",
    level: "advice",
    message: "DaytonaAPIKey is not set: development mode",
    cause: "The secret is missing or empty, so there is no Daytona SDK and no code can be run; all else works.",
    remedy: "Set DaytonaAPIKey in .secrets.local.cue, beside encore.app, and restart.",
    section: sectionLink("developmentMode"),
  };
}

/** Today's keys are `dtn_` and 64 hexadecimal digits, older ones have no underscore. Others may come: this only advises. */
function checkKeyShape(rawKey: string): Finding[] {
  const key = rawKey.trim();
  if (key === "") return [];
  const check = "api_key_shape";
  if (!isSendable(key)) {
    return [
      {
        check,
        level: "problem",
        message: "DaytonaAPIKey holds spaces, line breaks or letters that no key has",
        cause: "Something else was copied with it or in its place.",
        remedy: "Copy the key alone, or make a new one at https://app.daytona.io, and restart.",
        section: sectionLink("unauthorized"),
      },
    ];
  }
  if (key !== rawKey || /^["']|["']$/.test(key)) {
    return [
      {
        check,
        level: "advice",
        message: "DaytonaAPIKey has spaces, quotes or a line break around it; they are ignored",
        cause: "They were copied together with the key.",
        remedy: "Take them away in .secrets.local.cue.",
        section: sectionLink("unauthorized"),
      },
    ];
  }
  if (/^dtn_?[0-9a-f]+$/i.test(key))
    return [{ check, level: "ok", message: "DaytonaAPIKey looks like a key of Daytona's" }];
  return [
    {
      check,
      level: "advice",
      message: "DaytonaAPIKey does not look like one of today's keys (dtn_ and hexadecimal digits)",
      cause: "It may be another secret, or cut off; a server of your own may well use other keys.",
      remedy: "If Daytona refuses it, make a new key at https://app.daytona.io and copy all of it.",
      section: sectionLink("unauthorized"),
    },
  ];
}

/** Whether it can stand in a header as it is. */
export function isSendable(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key);
}

/** Addresses that people try, and why each does not work. */
const WRONG_URLS: readonly [RegExp, string][] = [
  [/^https?:\/\/api\.daytona\.io(\/|$)/i, "https://api.daytona.io is not the API: it answers with a web page"],
  [/^https?:\/\/app\.daytona\.io$/i, "/api is missing at the end: the address answers with the dashboard's web page"],
  [/^https?:\/\/(www\.)?daytona\.io(\/|$)/i, "that is Daytona's web site"],
  [/^http:\/\/app\.daytona\.io(\/|$)/i, "the API is reached by https only"],
  [/^https:\/\/app\.daytona\.io\/(?!api$)/i, "the path is not /api"],
];

function checkUrl(rawUrl: string): Finding {
  const check = "api_url";
  const url = rawUrl.trim().replace(/\/+$/, "");
  const section = sectionLink("wrongUrl");
  const remedy = `Set DaytonaAPIURL to exactly ${DEFAULT_API_URL}, or take it out, and restart.`;
  if (url === "") return { check, level: "ok", message: `DaytonaAPIURL is not set: ${DEFAULT_API_URL} is used` };
  if (url === DEFAULT_API_URL && url === rawUrl) return { check, level: "ok", message: `DaytonaAPIURL is ${url}` };
  const shown = redact(url);
  if (url === DEFAULT_API_URL) {
    const cause = "There is a slash, a space or a line break at its end; it is ignored.";
    return {
      check,
      level: "advice",
      message: `DaytonaAPIURL is ${shown}, with something behind it`,
      cause,
      remedy,
      section,
    };
  }
  const wrong = WRONG_URLS.find(([pattern]) => pattern.test(url));
  const cause = wrong?.[1] ?? (/^https?:\/\/[^/]/i.test(url) ? undefined : "it does not begin with https://");
  if (cause !== undefined) {
    return {
      check,
      level: "problem",
      message: `DaytonaAPIURL is wrong: ${shown}`,
      cause: `${cause}.`,
      remedy,
      section,
    };
  }
  return {
    check,
    level: "advice",
    message: `DaytonaAPIURL is ${shown}, not Daytona's own service`,
    cause: "That is right for a server of your own, and for the one that comes with this repository.",
    remedy,
    section,
  };
}
