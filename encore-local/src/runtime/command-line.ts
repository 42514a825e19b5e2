import type { ActivityReport } from "./activity";

/**
 * What the command line and the process that runs the app tell each other, over the channel that the one opens for the
 * other. The end of the channel means that the command line was killed.
 */
export type AppMessage =
  /** The app has started and waits for leave to listen. */
  | { kind: "ready" }
  /** It no longer takes connections; what runs is being finished. */
  | { kind: "released" }
  /** What it did lately. */
  | { kind: "activity"; report: ActivityReport };

export type CommandLineMessage = { kind: "listen" };

/** Whether a command line started this process; tests and others have none. */
function hasCommandLine(): boolean {
  return process.send !== undefined && process.connected;
}

export function tellCommandLine(message: AppMessage): void {
  // An error here means that the channel has closed in this moment, and that has a listener of its own.
  if (hasCommandLine()) process.send?.(message, undefined, undefined, () => {});
}

/**
 * Resolves when the version of the app that ran before has let go of the port. False when the command line ended instead.
 */
export function leaveToListen(): Promise<boolean> {
  if (!hasCommandLine()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (answer: boolean): void => {
      process.off("message", onMessage);
      process.off("disconnect", onDisconnect);
      resolve(answer);
    };
    const onMessage = ({ kind }: CommandLineMessage): void => {
      if (kind === "listen") end(true);
    };
    const onDisconnect = (): void => end(false);
    process.on("message", onMessage);
    process.on("disconnect", onDisconnect);
    tellCommandLine({ kind: "ready" });
  });
}
