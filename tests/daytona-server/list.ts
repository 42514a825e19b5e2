import type { IncomingMessage, ServerResponse } from "node:http";
import type { ListSandboxesResponse, Sandbox, SandboxListItem } from "@daytona/api-client";
import { sendApiError, sendJson } from "./http";
import type { SandboxRegistry } from "./registry";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 200;

/** `GET /api/sandbox`: newest first, with what the product uses: labels, and pages. */
export function listSandboxes(
  req: IncomingMessage,
  res: ServerResponse,
  { url, registry }: { url: URL; registry: SandboxRegistry },
): void {
  const query = readQuery(url.searchParams);
  if (typeof query === "string") {
    sendApiError(req, res, { status: 400, message: query });
    return;
  }
  const { limit, labels, start } = query;
  const matching = registry.all
    .toReversed()
    .map(({ sandbox }) => sandbox)
    .filter((sandbox) => Object.entries(labels).every(([name, value]) => sandbox.labels[name] === value));
  const items = matching.slice(start, start + limit).map(listItem);
  const nextCursor = start + limit < matching.length ? `after-${start + limit}` : null;
  sendJson(res, 200, { items, nextCursor } satisfies ListSandboxesResponse);
}

interface Query {
  limit: number;
  labels: Record<string, unknown>;
  start: number;
}

/** A text says why not. */
function readQuery(parameters: URLSearchParams): Query | string {
  const limit = Number(parameters.get("limit") ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit)) {
    return "limit must be an integer number, limit must not be less than 1, limit must not be greater than 200";
  }
  if (limit < 1) return "limit must not be less than 1";
  if (limit > MAX_LIMIT) return "limit must not be greater than 200";
  const labels = parseLabels(parameters.get("labels"));
  if (labels === undefined) return "Invalid labels JSON format";
  // The form of a cursor is a guess; nobody but the server reads it.
  const cursor = parameters.get("cursor");
  const start = cursor === null ? 0 : Number(/^after-(\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
  return Number.isNaN(start) ? `Invalid cursor provided: ${cursor}` : { limit, labels, start };
}

function parseLabels(text: string | null): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(text ?? "{}")) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A list leaves out what is long. */
function listItem({ env: _env, volumes: _volumes, ...item }: Sandbox): SandboxListItem {
  return item;
}
