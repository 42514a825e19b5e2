import type { Endpoint } from "../model/types";
import { type ActivityError, type ActivityRecorder, type Caller, type ServedRequest, shortened } from "./activity";
import type { ApiFailure } from "./api-error";
import type { Request } from "./request";

export function describeFailure({ code, message, internalMessage }: ApiFailure): ActivityError {
  const inner = internalMessage === null ? {} : { internalMessage: shortened(internalMessage) };
  return { code, message: shortened(message), ...inner };
}

/** Who makes a call that does not come from outside. */
export function callerOf(source: Request | null | undefined): Caller {
  if (!source) return { kind: "app" };
  const { data } = source;
  return { kind: "service", name: data.kind === "call" ? data.endpoint.service : data.service };
}

interface RecordedCall {
  endpoint: Endpoint;
  method: string;
  path: string;
  caller: Caller;
  traceId: string | undefined;
}

/** Tells of a call within the app, or of a stream, when it begins and when it has ended. */
export class CallRecord {
  readonly #recorder: ActivityRecorder;
  readonly #base: Omit<ServedRequest, "status" | "ms" | "error">;
  readonly #from = performance.now();

  constructor(recorder: ActivityRecorder, { endpoint, method, path, caller, traceId }: RecordedCall) {
    this.#recorder = recorder;
    this.#base = {
      kind: "request",
      id: recorder.nextId(),
      at: Date.now(),
      method,
      path: shortened(path),
      service: endpoint.service,
      endpoint: endpoint.name,
      caller,
      ...(traceId === undefined ? {} : { traceId }),
    };
  }

  opened(status: number): void {
    this.#recorder.record(() => ({ ...this.#base, status }));
  }

  ended(status: number, failure?: ApiFailure): void {
    const ms = performance.now() - this.#from;
    const error = failure && { error: describeFailure(failure) };
    this.#recorder.record(() => ({ ...this.#base, status, ms, ...error }));
  }
}
