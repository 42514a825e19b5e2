/**
 * The states of a workspace, which of them may follow which, how long each may last, and what is to be done in it.
 * Migration 8 makes the database refuse every other move; a test compares the two.
 */

export type WorkspaceStatus = "pending" | "starting" | "running" | "stopped" | "error" | "deleting" | "deleted";

/** What the owner asked for last. */
export type WantedState = "running" | "stopped" | "deleted";

/** The states that may follow each. */
export const MOVES: Readonly<Record<WorkspaceStatus, readonly WorkspaceStatus[]>> = {
  pending: ["starting", "stopped", "error", "deleting"],
  starting: ["running", "stopped", "error", "deleting"],
  running: ["starting", "stopped", "error", "deleting"],
  stopped: ["starting", "running", "error", "deleting"],
  error: ["starting", "stopped", "deleting"],
  deleting: ["deleted"],
  deleted: [],
};

export const STATUSES = Object.keys(MOVES) as WorkspaceStatus[];

/** Minutes that a state may last, all attempts together; null for one that may last for ever. */
export const DEADLINE_MINUTES: Readonly<Record<WorkspaceStatus, number | null>> = {
  // For the first worker to come by.
  pending: 15,
  // Daytona itself gives up on a sandbox after 15 minutes; then there is one more try, and the files.
  starting: 35,
  running: null,
  stopped: null,
  error: null,
  // Nobody gives up on a deletion. When it takes longer, the doctor says so.
  deleting: 60,
  deleted: null,
};

/** States that must pass: a worker is on them, or the sweep finds one. */
export const PASSING = STATUSES.filter((status) => DEADLINE_MINUTES[status] !== null);

/** What a worker has to do for a workspace. */
export type Task = "bring up" | "bring to rest" | "take down" | "nothing";

/** From what is and what is wanted. `error` waits for the owner: start and delete leave it by themselves, stop does not. */
export function taskFor({ status, wanted }: { status: WorkspaceStatus; wanted: WantedState }): Task {
  switch (status) {
    case "deleting":
      return "take down";
    case "deleted":
      return "nothing";
    case "pending":
    case "starting":
      return wanted === "stopped" ? "bring to rest" : "bring up";
    case "running":
    case "error":
      return wanted === "stopped" ? "bring to rest" : "nothing";
    case "stopped":
      return wanted === "running" ? "bring up" : "nothing";
  }
}
