import type { Daytona, Sandbox as DaytonaSandbox } from "@daytonaio/sdk";
import { appMeta } from "encore.dev";
import { secret } from "encore.dev/config";
import log from "encore.dev/log";
import { DomainError } from "../platform/errors";
import { redactedMessage } from "../platform/redaction";
import { statusOf, translateDaytonaError } from "./daytona-errors";
import type { Sandbox, Sandboxes, SandboxState } from "./sandboxes";

export { normalizeDaytonaLanguage } from "./languages";

const daytonaAPIKey = secret("DaytonaAPIKey");
const daytonaAPIURL = secret("DaytonaAPIURL");

export const DEFAULT_API_URL = "https://app.daytona.io/api";

/** The SDK's own default for all calls but create is 24 hours. */
const REQUEST_TIMEOUT_MS = 60_000;
const CREATE_TIMEOUT_SECONDS = 120;
const LIFECYCLE_TIMEOUT_SECONDS = 60;
const UPLOAD_TIMEOUT_SECONDS = 600;

/** Minutes. A forgotten sandbox stops, is archived, and is deleted in the end. */
const AUTO_STOP = 30;
const AUTO_ARCHIVE = 7 * 24 * 60;
const AUTO_DELETE = 30 * 24 * 60;

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

export interface DaytonaOptions {
  apiKey: string;
  apiUrl: string;
}

/** Loads the SDK, which is heavy, and builds the client. */
async function createDaytonaSandboxes({ apiKey, apiUrl }: DaytonaOptions): Promise<Sandboxes> {
  const { Daytona } = await import("@daytonaio/sdk");
  return new DaytonaSandboxes(new Daytona({ apiKey, apiUrl, requestTimeoutMs: REQUEST_TIMEOUT_MS }), apiUrl);
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
  const apiUrl = configuredUrl();
  try {
    const sandboxes = await createDaytonaSandboxes({ apiKey, apiUrl });
    log.info(`✓ Daytona SDK initialized successfully (API URL: ${apiUrl})`);
    return sandboxes;
  } catch (error) {
    // The backend serves everything else without it.
    log.error(`Daytona SDK could not be initialized: ${redactedMessage(error)}`);
    return null;
  }
}

class DaytonaSandboxes implements Sandboxes {
  constructor(
    private readonly client: Daytona,
    readonly apiUrl: string,
  ) {}

  async find(nameOrId: string): Promise<Sandbox | null> {
    try {
      return toSandbox(await this.client.get(nameOrId));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw translateDaytonaError(error);
    }
  }

  async create({ name, language, labels }: Parameters<Sandboxes["create"]>[0]): Promise<Sandbox> {
    return await translated(async () => {
      const sandbox = await this.client.create(
        {
          name,
          language,
          labels,
          public: false,
          autoStopInterval: AUTO_STOP,
          autoArchiveInterval: AUTO_ARCHIVE,
          autoDeleteInterval: AUTO_DELETE,
        },
        { timeout: CREATE_TIMEOUT_SECONDS },
      );
      return toSandbox(sandbox);
    });
  }

  async start(id: string): Promise<void> {
    await translated(async () => (await this.client.get(id)).start(LIFECYCLE_TIMEOUT_SECONDS));
  }

  async stop(id: string): Promise<void> {
    await translated(async () => (await this.client.get(id)).stop(LIFECYCLE_TIMEOUT_SECONDS));
  }

  async delete(id: string): Promise<void> {
    try {
      await (await this.client.get(id)).delete(LIFECYCLE_TIMEOUT_SECONDS);
    } catch (error) {
      if (statusOf(error) !== 404) throw translateDaytonaError(error);
    }
  }

  async exec(id: string, { command, cwd, env, timeoutSeconds }: Parameters<Sandboxes["exec"]>[1]) {
    return await translated(async () => {
      const sandbox = await this.client.get(id);
      try {
        const { exitCode, result } = await sandbox.process.executeCommand(command, cwd, env, timeoutSeconds);
        return { exitCode, output: result };
      } catch (error) {
        if (statusOf(error) !== 408) throw error;
        throw new DomainError("command_timeout", `the command did not end within ${timeoutSeconds} seconds`);
      }
    });
  }

  async upload(id: string, { path, content }: Parameters<Sandboxes["upload"]>[1]): Promise<void> {
    await translated(async () => {
      const sandbox = await this.client.get(id);
      await sandbox.fs.uploadFileStream(content, path, { timeout: UPLOAD_TIMEOUT_SECONDS });
    });
  }

  async close(): Promise<void> {
    await this.client[Symbol.asyncDispose]();
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateDaytonaError(error);
  }
}

const STATES: Record<string, SandboxState> = {
  started: "started",
  stopped: "stopped",
  archived: "stopped",
  error: "error",
  build_failed: "error",
  destroyed: "error",
};

function toSandbox({ id, state, labels, errorReason }: DaytonaSandbox): Sandbox {
  return { id, state: STATES[state ?? ""] ?? "changing", labels: labels ?? {}, errorReason: errorReason ?? null };
}
