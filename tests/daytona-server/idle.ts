import { type Sandbox, SandboxState } from "@daytona/api-client";
import type { SandboxRecord, SandboxRegistry } from "./registry";

/** So often Daytona was seen to look; what it then does took it up to ten seconds more. */
export const LOOK_EVERY_MS = 10_000;

/**
 * Stops, archives and deletes what nobody uses, as each sandbox's intervals say. Commands, files and previews are use; calls of the
 * API are not. `now` is a time in milliseconds, so that a test need not wait.
 *
 * Guesses: a connection that stays open is use only when it is opened (the real one counts it again every 50 seconds), and the
 * time until a deletion goes on when the sandbox is archived meanwhile.
 */
export function lookForIdle(registry: SandboxRegistry, now: number = Date.now()): void {
  for (const record of registry.all) {
    const { state, autoStopInterval, autoArchiveInterval, autoDeleteInterval } = record.sandbox;
    const rested = restedMinutes(record, now);
    if (state === SandboxState.STARTED && isOver(autoStopInterval, idleMinutes(record.sandbox, now))) {
      registry.stop(record);
    } else if (autoDeleteInterval !== undefined && autoDeleteInterval >= 0 && rested >= autoDeleteInterval) {
      registry.remove(record);
    } else if (state === SandboxState.STOPPED && isOver(autoArchiveInterval, rested)) {
      registry.archive(record);
    }
  }
}

/** 0 is never. */
function isOver(interval: number | undefined, minutes: number): boolean {
  return interval !== undefined && interval > 0 && minutes >= interval;
}

function idleMinutes({ lastActivityAt }: Sandbox, now: number): number {
  return lastActivityAt === undefined ? 0 : (now - Date.parse(lastActivityAt)) / 60_000;
}

/** Below zero for one that is neither stopped nor archived. */
function restedMinutes({ sandbox: { state }, stoppedAt }: SandboxRecord, now: number): number {
  const rests = state === SandboxState.STOPPED || state === SandboxState.ARCHIVED;
  return rests && stoppedAt !== undefined ? (now - stoppedAt) / 60_000 : -1;
}
