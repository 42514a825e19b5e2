import { currentRequest } from "encore.dev";
import { getAuthData } from "~encore/auth";
import { redact } from "./redaction";

/** Who asks, from where, and for what. */
export interface Caller {
  userId: string;
  /** As the nearest proxy saw it; null where there is none, as on a developer's machine. */
  address: string | null;
  userAgent: string | null;
  /** `service.endpoint` */
  endpoint: string;
  method: string;
  /** Without the query. */
  path: string;
  pathParams: Record<string, unknown>;
  /** Absent for raw endpoints. */
  payload: Record<string, unknown> | undefined;
}

const MAX_TEXT_LENGTH = 512;

/** The caller of the endpoint that runs; only for endpoints with `auth: true`. */
export function currentCaller(): Caller {
  const request = currentRequest();
  const auth = getAuthData();
  if (request?.type !== "api-call" || auth === null) throw new Error("there is no signed-in caller");
  const { api, method, path, pathParams, headers, parsedPayload } = request;
  return {
    userId: auth.userID,
    address: addressOf(headers["x-forwarded-for"]),
    userAgent: textOf(headers["user-agent"]),
    endpoint: `${api.service}.${api.endpoint}`,
    method,
    path: redact(path).slice(0, 2 * MAX_TEXT_LENGTH),
    pathParams,
    payload: parsedPayload,
  };
}

/** The last entry: the proxy in front of us wrote it. Those before it are whatever the client sent. */
function addressOf(header: string | string[] | undefined): string | null {
  const last = [header ?? ""].flat().join(",").split(",").at(-1)?.trim();
  return last === undefined || !/^[\da-fA-F.:]{2,45}$/.test(last) ? null : last;
}

function textOf(header: string | string[] | undefined): string | null {
  const text = [header ?? ""].flat().join(", ");
  return text === "" ? null : redact(text).slice(0, MAX_TEXT_LENGTH);
}
