import type { DaytonaLanguage } from "./languages";
import type { RunPlan } from "./run-plan";
import type { WantedState, WorkspaceStatus } from "./state-machine";

/** A workspace as its owner sees it. */
export interface Workspace {
  id: string;
  projectId: string;
  language: DaytonaLanguage;
  /** What was detected in the project, such as `go`; `language` is what Daytona makes of it. */
  projectLanguage: string | null;
  framework: string | null;
  /** How the project is installed, built, started and tested, as far as that was found out. */
  runPlan: RunPlan | null;
  status: WorkspaceStatus;
  /** What was asked for last; `status` follows. */
  wanted: WantedState;
  /** Why the last change of status happened, or what is being waited for. */
  statusReason: string | null;
  /** The fixed reason of an `error`. */
  errorReason: string | null;
  /** What to do about the error. */
  errorHint: string | null;
  statusSince: string;
  /** `development`: made without a Daytona key, so there is no sandbox. */
  mode: "development" | "daytona";
  daytonaSandboxId: string | null;
  createdAt: string;
  updatedAt: string;
}

/** Where the project's files are in the sandbox, relative to its working folder. */
export const PROJECT_FOLDER = "project";

/**
 * The sandbox's name: the same for every attempt, so that a repeated create cannot make a second one. Another only once a
 * failed sandbox was given up.
 */
export function sandboxName({ id, generation }: { id: string; generation: number }): string {
  return generation === 1 ? `vaporform-${id}` : `vaporform-${id}-${generation}`;
}
