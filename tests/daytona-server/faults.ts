import { type IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { sendApiError, sendPage } from "./http";

/**
 * What may go wrong with one call. `pass` lets it through. `effect` says whether the call is carried out all the same,
 * before its answer goes wrong.
 */
export const faultSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("pass") }),
  /** Answered as always, but late. */
  z.object({ kind: z.literal("delay"), ms: z.number().int().min(0) }),
  z.object({
    kind: z.literal("status"),
    status: z.number().int().min(200).max(599),
    message: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    effect: z.boolean().optional(),
  }),
  /** The web page that a wrong address answers with. */
  z.object({ kind: z.literal("html"), status: z.number().int().default(200), effect: z.boolean().optional() }),
  /** The connection breaks, in place of an answer. */
  z.object({ kind: z.literal("reset"), effect: z.boolean().default(false) }),
  /** The connection stays, and no answer ever comes: half-open without the effect, a lost answer with it. */
  z.object({ kind: z.literal("silence"), effect: z.boolean().default(false) }),
  /** The answer begins, and breaks off in its middle. */
  z.object({ kind: z.literal("torn"), effect: z.boolean().default(true) }),
]);

export type Fault = z.input<typeof faultSchema>;

/** By call, such as `POST /api/sandbox` or `POST /toolbox/:id/process/execute`: what befalls the next ones, in turn. */
export const faultScript = z.record(z.string().regex(/^[A-Z]+ \//), z.array(faultSchema));

type Parsed = z.output<typeof faultSchema>;

interface Call {
  req: IncomingMessage;
  res: ServerResponse;
  /** Carries the call out. */
  handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
}

export class Faults {
  readonly #scripts = new Map<string, Parsed[]>();

  /** Adds to what is scripted for a call already. */
  add(call: string, ...faults: Fault[]): void {
    const parsed = faults.map((fault) => faultSchema.parse(fault));
    this.#scripts.set(call, [...(this.#scripts.get(call) ?? []), ...parsed]);
  }

  clear(): void {
    this.#scripts.clear();
  }

  /** What has not befallen anyone yet. */
  get left(): Record<string, Fault[]> {
    return Object.fromEntries([...this.#scripts].filter(([, faults]) => faults.length > 0));
  }

  async apply({ req, res, handle }: Call): Promise<void> {
    const fault = this.#take(req);
    if (fault === undefined || fault.kind === "pass") return await handle(req, res);
    if (fault.kind === "delay") {
      await pause(fault.ms);
      return await handle(req, res);
    }
    // Into an answer that goes nowhere.
    if (fault.effect === true) await handle(req, new ServerResponse(req));
    switch (fault.kind) {
      case "status":
        for (const [name, value] of Object.entries(fault.headers ?? {})) res.setHeader(name, value);
        return sendApiError(req, res, { status: fault.status, message: fault.message ?? `scripted ${fault.status}` });
      case "html":
        return sendPage(res, fault.status);
      case "reset":
        res.destroy();
        return;
      case "torn":
        res.writeHead(200, { "Content-Type": "application/json", "Content-Length": 1_000 });
        res.write('{"id":"');
        await pause(10);
        res.destroy();
        return;
      case "silence":
        return;
    }
  }

  #take(req: IncomingMessage): Parsed | undefined {
    const path = (req.url ?? "/").split("?")[0] ?? "/";
    for (const [call, faults] of this.#scripts) {
      const [method, pattern = ""] = call.split(" ");
      if (faults.length > 0 && method === req.method && matches(pattern, path)) return faults.shift();
    }
    return undefined;
  }
}

/** `:name` is one segment, a `*` at the end the rest. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.at(-1) === "*") given.length = Math.min(given.length, wanted.length);
  return (
    wanted.length === given.length &&
    wanted.every((segment, i) => segment === "*" || segment.startsWith(":") || segment === given[i])
  );
}
