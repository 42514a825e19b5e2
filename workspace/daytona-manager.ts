import { appMeta } from "encore.dev";
import { secret } from "encore.dev/config";
import log from "../platform/log";
import { redactedMessage, rememberCredential } from "../platform/redaction";
import type { Sandboxes } from "./sandboxes";

export { normalizeDaytonaLanguage } from "./languages";

const daytonaAPIKey = secret("DaytonaAPIKey");
const daytonaAPIURL = secret("DaytonaAPIURL");

export const DEFAULT_API_URL = "https://app.daytona.io/api";

/** The secrets as they are. Only for diagnostics. */
export function rawConfiguration(): { rawKey: string; rawUrl: string } {
  return { rawKey: daytonaAPIKey(), rawUrl: daytonaAPIURL() };
}

/** Trimmed: a key that was copied together with a line break is still the key. */
export function configuredKey(): string {
  const raw = daytonaAPIKey();
  const key = raw.trim().replace(/^["']|["']$/g, "");
  if (key !== raw) log.warn("DaytonaAPIKey has spaces, quotes or a line break around it; they are ignored");
  return key;
}

/** Without a slash at the end, which the SDK would double. */
export function configuredUrl(): string {
  return daytonaAPIURL().trim().replace(/\/+$/, "") || DEFAULT_API_URL;
}

/** The environment's name is part of the labels, so that development never touches production. */
export function environmentName(): string {
  return appMeta().environment.name;
}

let started: Promise<Sandboxes | null> | undefined;

/** The provider; null in development mode, or when the SDK could not be built. Built once, at start-up. */
export function daytona(): Promise<Sandboxes | null> {
  started ??= build();
  return started;
}

async function build(): Promise<Sandboxes | null> {
  const apiKey = configuredKey();
  if (apiKey === "") return null;
  rememberCredential(apiKey);
  const apiUrl = configuredUrl();
  try {
    // The SDK is heavy: without a key it is not even loaded.
    const { connectToDaytona } = await import("./daytona-sandboxes");
    const sandboxes = await connectToDaytona({ apiKey, apiUrl });
    log.info(`✓ Daytona SDK initialized successfully (API URL: ${apiUrl})`);
    closeAtShutdown(sandboxes);
    return sandboxes;
  } catch (error) {
    // The backend serves everything else without it.
    log.error(`Daytona SDK could not be initialized: ${redactedMessage(error)}`);
    return null;
  }
}

/** A connection for events that is refused is tried anew for a long time, and would keep the process alive. */
function closeAtShutdown(sandboxes: Sandboxes): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      sandboxes
        .close()
        .catch((error: unknown) => log.warn("Daytona's client did not close", { cause: redactedMessage(error) }));
    });
  }
}
