import { redactedMessage } from "../../platform/redaction";
import { isSendable } from "./configuration";
import { type Finding, sectionLink } from "./finding";

const TIMEOUT_MS = 10_000;

/**
 * Asks the address itself, without the SDK, which takes a web page for an answer. One request: it tells whether the address
 * is reached, whether Daytona is behind it, and whether the key is taken.
 */
export async function checkConnection({ apiUrl, apiKey }: { apiUrl: string; apiKey: string }): Promise<Finding[]> {
  let response: Response;
  try {
    response = await fetch(`${apiUrl}/sandbox?limit=1`, {
      // One that cannot be sent would come back in the text of an error.
      headers: !isSendable(apiKey) ? {} : { authorization: `Bearer ${apiKey}` },
      // A redirect would carry the answer of another address; Daytona gives none.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
  } catch (error) {
    return [unreachable(error)];
  }
  const reached: Finding = {
    check: "reachable",
    level: "ok",
    message: `the address answers (HTTP ${response.status})`,
  };
  const json = checkAnswer(response);
  return json.level === "ok" ? [reached, json, ...checkStatus(response, apiKey)] : [reached, json];
}

function unreachable(error: unknown): Finding {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return {
    check: "reachable",
    level: "problem",
    message: "the address of DaytonaAPIURL does not answer",
    cause: `${redactedMessage(cause)}.`,
    remedy: "Check the address, the network and a proxy in between. What is under way is tried again by itself.",
    section: sectionLink("staysInStarting"),
  };
}

function checkAnswer(response: Response): Finding {
  const type = response.headers.get("content-type") ?? "no content type";
  if (/\bjson\b/i.test(type)) return { check: "answers_json", level: "ok", message: "it answers as an API does" };
  return {
    check: "answers_json",
    level: "problem",
    message: /html/i.test(type)
      ? "it answers with a web page in place of JSON"
      : `it answers with ${type} in place of JSON`,
    cause: "The address is not that of Daytona's API, or something in between answers in its place.",
    remedy: "Set DaytonaAPIURL to exactly https://app.daytona.io/api, and restart.",
    section: sectionLink("wrongUrl"),
  };
}

function checkStatus(response: Response, apiKey: string): Finding[] {
  if (!isSendable(apiKey)) return [];
  const accepted = "key_accepted";
  switch (response.status) {
    case 200:
      return [
        { check: accepted, level: "ok", message: "the key is accepted" },
        { check: "rate_limit", level: "ok", message: "no limit of requests is in force" },
      ];
    case 401:
      return [
        {
          check: accepted,
          level: "problem",
          message: "Daytona refuses the key (401)",
          cause: "It was deleted, has expired, or was cut off when it was copied.",
          remedy: "Make a new key at https://app.daytona.io, set DaytonaAPIKey, and restart.",
          section: sectionLink("unauthorized"),
        },
      ];
    case 403:
      return [
        {
          check: accepted,
          level: "problem",
          message: "Daytona takes the key and forbids its use (403)",
          cause: "The organisation is suspended, or the key lacks a permission.",
          remedy: "Look at the organisation and at the key's permissions at https://app.daytona.io.",
          section: sectionLink("otherError"),
        },
      ];
    case 429:
      return [
        {
          check: "rate_limit",
          level: "problem",
          message: `Daytona asks to wait (429${waitOf(response)})`,
          cause: "Too many requests, or too many with a wrong key from this address.",
          remedy: "Wait. What is under way is tried again by itself.",
          section: sectionLink("staysInStarting"),
        },
      ];
    default:
      return [
        {
          check: accepted,
          level: "problem",
          message: `Daytona answers with HTTP ${response.status}`,
          cause: "It is out of order, or something in between is.",
          remedy: "Wait. What is under way is tried again by itself.",
          section: sectionLink("staysInStarting"),
        },
      ];
  }
}

function waitOf(response: Response): string {
  const names = [
    "retry-after",
    "retry-after-authenticated",
    "retry-after-sandbox-create",
    "retry-after-sandbox-lifecycle",
  ];
  const value = names.map((name) => response.headers.get(name)).find((header) => header !== null);
  return value !== undefined && value !== null && /^[\w,: ]{1,40}$/.test(value) ? `, for ${value} seconds` : "";
}
