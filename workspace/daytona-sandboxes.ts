import type { CodeRunRequest } from "@daytona/toolbox-api-client";
import type { Daytona, Sandbox as DaytonaSandbox } from "@daytonaio/sdk";
import { DomainError } from "../platform/errors";
import { statusOf, translateDaytonaError } from "./daytona-errors";
import { watchDaytona } from "./daytona-events";
import { toSandbox } from "./daytona-states";
import { type CodeRunner, DaytonaToolbox } from "./daytona-toolbox";
import type { Sandbox, SandboxChange, Sandboxes, SandboxRequest } from "./sandboxes";
import type { Toolbox } from "./toolbox";

/** When a call that is not answered is given up. */
export interface DaytonaDeadlines {
  /** For one request; the SDK's own default for all calls but create is 24 hours. */
  requestMs: number;
  /** For the request and the wait until it has started. Whoever needs longer looks again: the sandbox goes on. */
  createSeconds: number;
  /** For a start, a stop or a deletion. */
  lifecycleSeconds: number;
  /** For files on their way. */
  transferSeconds: number;
}

const DEADLINES: DaytonaDeadlines = {
  requestMs: 60_000,
  createSeconds: 120,
  lifecycleSeconds: 60,
  transferSeconds: 600,
};

/** Beyond the time that a program has, for its answer. */
const ANSWER_MS = 5_000;

/** Minutes. A forgotten sandbox stops, is archived, and is deleted in the end. */
const AUTO_STOP = 30;
const AUTO_ARCHIVE = 7 * 24 * 60;
const AUTO_DELETE = 30 * 24 * 60;

/** So many handles are kept; one more costs a request. */
const MAX_HANDLES = 1_000;

export interface DaytonaOptions {
  apiKey: string;
  apiUrl: string;
  deadlines?: DaytonaDeadlines;
}

type Connected = DaytonaOptions & { deadlines: DaytonaDeadlines };

/** Loads the SDK and builds its client. No request is made but that for the connection of its events. */
export async function connectToDaytona({ deadlines = DEADLINES, ...address }: DaytonaOptions): Promise<Sandboxes> {
  const sdk = await import("@daytonaio/sdk");
  refuseWebPages(sdk.Daytona);
  const client = new sdk.Daytona({ ...address, requestTimeoutMs: deadlines.requestMs });
  const options = { ...address, deadlines };
  return new DaytonaSandboxes(client, { ...options, runCode: codeRunner(sdk.Daytona, options) });
}

/** The SDK runs code in the one language that the sandbox was made for; a request can name another. */
function codeRunner(client: typeof Daytona, { apiKey, deadlines }: Connected): CodeRunner {
  const axios = client.createAxiosInstance(deadlines.requestMs);
  return async ({ toolboxProxyUrl, id }, { code, language, argv, env, timeoutSeconds }) => {
    const request = { code, language, argv, timeout: timeoutSeconds, ...(env === undefined ? {} : { envs: env }) };
    const { data } = await axios.post<unknown>(
      `${toolboxProxyUrl}/${id}/process/code-run`,
      request satisfies CodeRunRequest,
      { headers: { Authorization: `Bearer ${apiKey}` }, timeout: timeoutSeconds * 1000 + ANSWER_MS },
    );
    return data;
  };
}

let refused = false;

/**
 * A wrong address answers everything with a web page and status 200, which half of the SDK's calls take for success. Every
 * client inside the SDK comes from this one function, so that each answer is looked at here.
 */
function refuseWebPages(client: typeof Daytona): void {
  if (refused) return;
  refused = true;
  const original = client.createAxiosInstance.bind(client);
  client.createAxiosInstance = (requestTimeoutMs) => {
    const instance = original(requestTimeoutMs);
    instance.interceptors.response.use((response) => {
      if (!/^text\/html\b/i.test(String(response.headers["content-type"] ?? ""))) return response;
      throw new DomainError("daytona_wrong_url", "the address answered with a web page in place of Daytona's API");
    });
    return instance;
  };
}

class DaytonaSandboxes implements Sandboxes {
  /** What the toolbox needs of a sandbox does not change, so a handle stays good for as long as the sandbox is there. */
  readonly #handles = new Map<string, DaytonaSandbox>();
  #watch: { add(listener: (change: SandboxChange) => void): () => void; close(): void } | undefined;

  constructor(
    private readonly client: Daytona,
    private readonly options: Connected & { runCode: CodeRunner },
  ) {}

  get apiUrl(): string {
    return this.options.apiUrl;
  }

  async find(nameOrId: string): Promise<Sandbox | null> {
    try {
      return toSandbox(await this.#get(nameOrId));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw translateDaytonaError(error);
    }
  }

  async list(labels: Record<string, string>): Promise<Sandbox[]> {
    return await translated(async () => {
      const found: Sandbox[] = [];
      for await (const sandbox of this.client.list({ labels, limit: 200 })) found.push(toSandbox(sandbox));
      return found;
    });
  }

  async create({ name, language, labels, image, envVars }: SandboxRequest): Promise<Sandbox> {
    return await translated(async () => {
      const common = {
        name,
        language,
        // The SDK adds one of its own to the object that it is given.
        labels: { ...labels },
        public: false,
        autoStopInterval: AUTO_STOP,
        autoArchiveInterval: AUTO_ARCHIVE,
        autoDeleteInterval: AUTO_DELETE,
        ...(envVars === undefined ? {} : { envVars }),
      };
      const params = image === undefined ? common : { ...common, image };
      const sandbox = await this.client.create(params, { timeout: this.options.deadlines.createSeconds });
      return toSandbox(this.#keep(sandbox));
    });
  }

  async start(id: string): Promise<void> {
    await translated(async () => (await this.#get(id)).start(this.options.deadlines.lifecycleSeconds));
  }

  async stop(id: string): Promise<void> {
    await translated(async () => (await this.#get(id)).stop(this.options.deadlines.lifecycleSeconds));
  }

  async delete(id: string): Promise<void> {
    this.#handles.delete(id);
    try {
      await (await this.client.get(id)).delete(this.options.deadlines.lifecycleSeconds);
    } catch (error) {
      if (statusOf(error) !== 404) throw translateDaytonaError(error);
    }
  }

  toolbox(id: string): Toolbox {
    return new DaytonaToolbox({
      handle: async () => this.#handles.get(id) ?? (await this.#get(id)),
      // The toolbox refuses a key for a sandbox that is not there as well: only the API can tell which it is.
      exists: async () => (await this.find(id)) !== null,
      runCode: this.options.runCode,
      transferSeconds: this.options.deadlines.transferSeconds,
    });
  }

  watch(listener: (change: SandboxChange) => void): () => void {
    this.#watch ??= watchDaytona(this.options);
    return this.#watch.add(listener);
  }

  async close(): Promise<void> {
    this.#watch?.close();
    await this.client[Symbol.asyncDispose]();
  }

  async #get(nameOrId: string): Promise<DaytonaSandbox> {
    return this.#keep(await this.client.get(nameOrId));
  }

  #keep(sandbox: DaytonaSandbox): DaytonaSandbox {
    const oldest = this.#handles.size >= MAX_HANDLES ? this.#handles.keys().next().value : undefined;
    if (oldest !== undefined) this.#handles.delete(oldest);
    this.#handles.set(sandbox.id, sandbox);
    return sandbox;
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateDaytonaError(error);
  }
}
