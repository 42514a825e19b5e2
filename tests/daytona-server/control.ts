import type { IncomingMessage, ServerResponse } from "node:http";
import { SandboxState } from "@daytona/api-client";
import { z } from "zod";
import { type Faults, faultScript } from "./faults";
import { readJson, sendJson } from "./http";
import type { SandboxRegistry } from "./registry";

const states = Object.values(SandboxState) as [string, ...string[]];
const stateChange = z.object({ state: z.enum(states), errorReason: z.string().optional() });

interface ControlRequest {
  path: string;
  faults: Faults;
  registry: SandboxRegistry;
}

/**
 * `/control/...`, which Daytona does not have: what a test, or a hand with curl, makes go wrong.
 *
 *     GET, PUT, DELETE /control/faults            the fault script; PUT adds {"POST /api/sandbox": [{"kind": "reset"}]}
 *     PUT /control/sandbox/:idOrName              {"state": "stopped"}, as if it had happened by itself
 *     DELETE /control/sandbox/:idOrName           the sandbox vanishes
 */
export async function handleControl(
  req: IncomingMessage,
  res: ServerResponse,
  { path, faults, registry }: ControlRequest,
): Promise<void> {
  if (path === "/control/faults") {
    if (req.method === "DELETE") faults.clear();
    else if (req.method === "PUT") {
      const script = faultScript.safeParse(await readJson(req));
      if (!script.success) return sendJson(res, 400, { message: z.prettifyError(script.error) });
      for (const [call, list] of Object.entries(script.data)) faults.add(call, ...list);
    }
    return sendJson(res, 200, faults.left);
  }
  const record = registry.find(decodeURIComponent(/^\/control\/sandbox\/([^/]+)$/.exec(path)?.[1] ?? ""));
  if (record === undefined) return sendJson(res, 404, { message: `there is nothing at ${path}` });
  if (req.method === "DELETE") registry.delete(record);
  else if (req.method === "PUT") {
    const change = stateChange.safeParse(await readJson(req));
    if (!change.success) return sendJson(res, 400, { message: z.prettifyError(change.error) });
    registry.setState(record, change.data.state as SandboxState, change.data.errorReason);
  }
  sendJson(res, 200, record.sandbox);
}
