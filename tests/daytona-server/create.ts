import type { IncomingMessage, ServerResponse } from "node:http";
import { type Sandbox, SandboxState } from "@daytona/api-client";
import { z } from "zod";
import { readBody, sendApiError, sendJson } from "./http";
import type { SandboxRecord, SandboxRegistry } from "./registry";

const MAX_BODY_BYTES = 100_000;
/** So long is the answer to a create or a start held back, and no longer. */
const HELD_MS = 30_000;

const object = (name: string) => z.record(z.string(), z.unknown(), `${name} must be an object`);
const minutes = (name: string) => z.number(`${name} must be a number conforming to the specified constraints`);
const notNegative = (name: string, label: string) => minutes(name).min(0, `${label} interval must be non-negative`);

/** Unknown fields are dropped without a word, and values inside `env` and `labels` are not looked at. */
const createBody = z.object({
  name: z
    .string("name must not contain HTML tags, URLs, or control characters, name must be a string")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    .refine((name) => !/<[^>]*>|https?:\/\/|[\u0000-\u001f]/.test(name), {
      error: "name must not contain HTML tags, URLs, or control characters",
    })
    .nullish(),
  snapshot: z.string("snapshot must be a string").optional(),
  env: object("env").optional(),
  labels: object("labels").optional(),
  public: z.boolean("public must be a boolean value").optional(),
  target: z.string("target must be a string").optional(),
  autoStopInterval: notNegative("autoStopInterval", "Auto-stop").optional(),
  autoArchiveInterval: notNegative("autoArchiveInterval", "Auto-archive").optional(),
  autoDeleteInterval: minutes("autoDeleteInterval").optional(),
  buildInfo: z.object({ dockerfileContent: z.string().optional() }, "buildInfo must be an object").optional(),
});

/** `POST /api/sandbox`: from a snapshot the answer is held until it has started, from an image it comes at once. */
export async function createSandbox(
  req: IncomingMessage,
  res: ServerResponse,
  registry: SandboxRegistry,
): Promise<void> {
  const text = await readBody(req);
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) {
    return sendApiError(req, res, { status: 404, message: "Cannot POST /api/sandbox" });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return sendJson(res, 400, { message: "Invalid JSON in request body", error: "Bad Request", statusCode: 400 });
  }
  const body = createBody.safeParse(parsed);
  if (!body.success) {
    return sendApiError(req, res, { status: 400, message: body.error.issues.map(({ message }) => message).join(", ") });
  }
  const { name, snapshot, env, labels, buildInfo, ...rest } = body.data;
  if (snapshot && buildInfo !== undefined) {
    const message = "Cannot specify a snapshot when using a build info entry";
    return sendApiError(req, res, { status: 400, message });
  }
  const record = registry.create({
    ...rest,
    ...(name ? { name } : {}),
    ...(snapshot ? { snapshot } : {}),
    env: (env ?? {}) as Record<string, string>,
    labels: (labels ?? {}) as Record<string, string>,
    ...(buildInfo === undefined ? {} : { dockerfile: buildInfo.dockerfileContent ?? "" }),
  });
  if (record === undefined) {
    return sendApiError(req, res, { status: 409, message: `Sandbox with name ${name} already exists` });
  }
  if (buildInfo !== undefined) {
    return sendJson(res, 200, { ...record.sandbox, state: SandboxState.PENDING_BUILD } satisfies Sandbox);
  }
  await untilSettled(registry, record);
  if (record.sandbox.state === SandboxState.ERROR) return sendFailedStart(req, res, record);
  // The record of a create says so even when the sandbox has started.
  sendJson(res, 200, { ...record.sandbox, state: SandboxState.CREATING } satisfies Sandbox);
}

/** `POST /api/sandbox/:id/start`, of a sandbox that may be started. */
export async function startSandbox(
  req: IncomingMessage,
  res: ServerResponse,
  { registry, record }: { registry: SandboxRegistry; record: SandboxRecord },
): Promise<void> {
  if (record.sandbox.state === SandboxState.ARCHIVED) {
    registry.start(record);
    return sendJson(res, 200, { ...record.sandbox, state: SandboxState.ARCHIVED } satisfies Sandbox);
  }
  registry.start(record);
  await untilSettled(registry, record);
  if (record.sandbox.state === SandboxState.ERROR) return sendFailedStart(req, res, record);
  sendJson(res, 200, record.sandbox);
}

function sendFailedStart(req: IncomingMessage, res: ServerResponse, { sandbox }: SandboxRecord): void {
  sendApiError(req, res, { status: 400, message: `Sandbox failed to start: ${sandbox.errorReason}` });
}

/** Whoever hangs up meanwhile stops nothing. */
async function untilSettled(registry: SandboxRegistry, record: SandboxRecord): Promise<void> {
  const passing = () =>
    record.sandbox.state === SandboxState.CREATING || record.sandbox.state === SandboxState.STARTING;
  if (!passing()) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      registry.events.off("state", look);
      registry.events.off("halted", look);
      resolve();
    };
    const look = (changed: SandboxRecord): void => {
      if (changed.sandbox.id === record.sandbox.id && !passing()) done();
    };
    const timer = setTimeout(done, HELD_MS);
    registry.events.on("state", look);
    registry.events.on("halted", look);
  });
}
