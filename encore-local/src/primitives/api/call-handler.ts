import type { EncodedResponse, HandlerResult } from "../../endpoint/response-encoder";
import { ApiFailure, toApiFailure } from "../../runtime/api-error";
import type { CompiledEndpoint } from "../../runtime/endpoint-table";
import { LogLevel, type RuntimeLogger } from "../../runtime/host";
import { inOwnScope } from "../../runtime/own-scope";
import type { Request } from "../../runtime/request";

/** Runs a typed endpoint's handler and encodes what it gives back. @throws ApiFailure */
export async function callHandler(
  endpoint: CompiledEndpoint,
  request: Request,
  logger: RuntimeLogger,
): Promise<EncodedResponse> {
  try {
    return endpoint.encoder.encode(await runHandler(endpoint, request));
  } catch (thrown) {
    throw loggedFailure(thrown, request, logger);
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

/** The failure to answer with, once it is in the log. */
export function loggedFailure(thrown: unknown, request: Request, logger: RuntimeLogger): ApiFailure {
  const failure = toApiFailure(thrown);
  const error = thrown instanceof Error && !(thrown instanceof ApiFailure) ? thrown : failure;
  const fields: Record<string, unknown> = { code: failure.code };
  if (failure.internalMessage !== null) fields.internal_message = failure.internalMessage;
  logger.log(request, LogLevel.Error, "request failed", error, undefined, fields);
  return failure;
}

/** The rule of `auth: true` within the app, after decoding. @throws ApiFailure */
export function requireIdentity(endpoint: CompiledEndpoint, userId: string | undefined): void {
  if (endpoint.model.auth && userId === undefined) {
    throw new ApiFailure("unauthenticated", "endpoint requires auth but none provided");
  }
}
