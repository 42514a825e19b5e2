import { redact } from "../../platform/redaction";
import { configuredKey, configuredUrl, DEFAULT_API_URL, daytona, rawConfiguration } from "../daytona-manager";
import { checkConfiguration } from "./configuration";
import { checkConnection } from "./connection";
import type { Finding } from "./finding";
import { findSymptoms } from "./symptoms";

/** How the backend sees its Daytona configuration, and what it comes to. */
export interface Diagnostics {
  /** No finding is a problem. */
  healthy: boolean;
  mode: "development" | "daytona";
  /** Whether the secret DaytonaAPIKey has a value; never the value. */
  apiKeySet: boolean;
  apiUrl: string;
  apiUrlIsDefault: boolean;
  /** Whether the SDK was built at start-up. */
  sdkReady: boolean;
  findings: Finding[];
}

/** A page that is reloaded asks Daytona no oftener than this: it blocks addresses that keep sending a wrong key. */
const REMEMBER_MS = 15_000;
let remembered: { at: number; findings: Promise<Finding[]> } | undefined;

function connection(options: { apiUrl: string; apiKey: string }): Promise<Finding[]> {
  const now = performance.now();
  if (remembered === undefined || now - remembered.at > REMEMBER_MS) {
    remembered = { at: now, findings: checkConnection(options) };
  }
  return remembered.findings;
}

/** All checks. `ownerId`: whose workspaces are looked at; null for everybody's. */
export async function diagnose({ ownerId }: { ownerId: string | null }): Promise<Diagnostics> {
  const apiKey = configuredKey();
  const apiUrl = configuredUrl();
  const keySet = apiKey !== "";
  const sdkReady = (await daytona()) !== null;
  const findings = [
    ...checkConfiguration(rawConfiguration()),
    // Without a key Daytona is of no concern, and nobody is asked.
    ...(keySet ? await connection({ apiUrl, apiKey }) : []),
    ...(await findSymptoms({ ownerId, keySet, sdkReady })),
  ];
  return {
    healthy: findings.every(({ level }) => level !== "problem"),
    mode: keySet ? "daytona" : "development",
    apiKeySet: keySet,
    apiUrl: redact(apiUrl),
    apiUrlIsDefault: apiUrl === DEFAULT_API_URL,
    sdkReady,
    findings,
  };
}
