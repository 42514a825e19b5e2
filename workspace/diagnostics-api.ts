import { api } from "encore.dev/api";
import { configuredKey, configuredUrl, DEFAULT_API_URL, daytona } from "./daytona-manager";

interface Diagnostics {
  mode: "development" | "daytona";
  /** Whether the secret DaytonaAPIKey has a value; never the value. */
  apiKeySet: boolean;
  apiUrl: string;
  apiUrlIsDefault: boolean;
  /** Whether the SDK was built at start-up. */
  sdkReady: boolean;
}

/** How the backend sees its Daytona configuration. */
export const getDiagnostics = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/diagnostics" },
  async (): Promise<Diagnostics> => {
    const apiKeySet = configuredKey() !== "";
    const apiUrl = configuredUrl();
    return {
      mode: apiKeySet ? "daytona" : "development",
      apiKeySet,
      apiUrl,
      apiUrlIsDefault: apiUrl === DEFAULT_API_URL,
      sdkReady: (await daytona()) !== null,
    };
  },
);
