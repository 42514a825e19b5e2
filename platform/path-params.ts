import { currentRequest } from "encore.dev";

/** The parameters in the path of the raw request that is being answered, by name; typed endpoints are handed theirs. */
export function requestedPathParams(): Readonly<Record<string, string>> {
  const request = currentRequest();
  if (request?.type !== "api-call") throw new Error("requestedPathParams() was called outside a request");
  return Object.fromEntries(Object.entries(request.pathParams).map(([name, value]) => [name, String(value)]));
}
