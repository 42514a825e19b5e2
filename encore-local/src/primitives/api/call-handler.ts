import type { EncodedResponse, HandlerResult } from "../../endpoint/response-encoder";
import { ApiFailure } from "../../runtime/api-error";
import type { CompiledEndpoint } from "../../runtime/endpoint-table";
import type { RuntimeLogger } from "../../runtime/host";
import { inOwnScope } from "../../runtime/own-scope";
import type { Request } from "../../runtime/request";
import { logCompleted, loggedFailure, logStarted } from "../../runtime/request-log";

/** Runs a typed endpoint's handler and encodes what it gives back. @throws ApiFailure */
export async function callHandler(
  endpoint: CompiledEndpoint,
  request: Request,
  logger: RuntimeLogger,
): Promise<EncodedResponse> {
  logStarted(logger, request);
  try {
    const response = endpoint.encoder.encode(await runHandler(endpoint, request));
    logCompleted(logger, request, "ok");
    return response;
  } catch (thrown) {
    const failure = loggedFailure(thrown, request, logger);
    logCompleted(logger, request, failure.code);
    throw failure;
  }
}

/** Calls the handler in a context of its own. @throws whatever the handler throws */
export function runHandler(
  endpoint: CompiledEndpoint,
  request: Request,
  ...more: unknown[]
): HandlerResult | Promise<HandlerResult> {
  const { handler } = endpoint;
  if (!handler) throw ApiFailure.notFound("endpoint not found", "no handler registered for endpoint");
  return inOwnScope(() => handler(request, ...more));
}

/** The rule of `auth: true` within the app, after decoding. @throws ApiFailure */
export function requireIdentity(endpoint: CompiledEndpoint, userId: string | undefined): void {
  if (endpoint.model.auth && userId === undefined) {
    throw new ApiFailure("unauthenticated", "endpoint requires auth but none provided");
  }
}
