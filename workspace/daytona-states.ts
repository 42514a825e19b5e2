import { z } from "zod";
import { redact } from "../platform/redaction";
import type { Sandbox, SandboxState } from "./sandboxes";

/** Daytona's words, all that its client knows. A word that is not here is one of passage, until it tells otherwise. */
const STATES: Record<string, SandboxState> = {
  pending_build: "creating",
  building_snapshot: "creating",
  pulling_snapshot: "creating",
  creating: "creating",
  // Said for a moment by a sandbox that is being created.
  unknown: "creating",
  starting: "starting",
  restoring: "starting",
  resuming: "starting",
  started: "started",
  stopping: "stopping",
  pausing: "stopping",
  stopped: "stopped",
  paused: "stopped",
  archiving: "archiving",
  archived: "archived",
  resizing: "changing",
  snapshotting: "changing",
  forking: "changing",
  destroying: "destroying",
  destroyed: "destroyed",
  error: "error",
  build_failed: "error",
};

/** Daytona's record of a sandbox, as its API and its events give it. */
export const sandboxRecord = z.object({
  id: z.string().min(1),
  name: z.string().default(""),
  state: z.string().default("unknown"),
  labels: z.record(z.string(), z.string()).nullish(),
  errorReason: z.string().nullish(),
  createdAt: z.coerce.date().nullish().catch(null),
});

export function toSandbox(record: unknown): Sandbox {
  const { id, name, state, labels, errorReason, createdAt } = sandboxRecord.parse(record);
  return {
    id,
    name,
    state: Object.hasOwn(STATES, state) ? (STATES[state] ?? "changing") : "changing",
    phase: state,
    labels: labels ?? {},
    errorReason: errorReason ? redact(errorReason) : null,
    createdAt: createdAt ?? null,
  };
}
