import type { Document } from "bson";
import { CommandError } from "./collections";

/** What a command meets that a fail point is set for. */
export interface Fault {
  closeConnection: boolean;
  blockMs: number;
  error: CommandError | undefined;
}

/**
 * MongoDB's fail point `failCommand`
 * (https://github.com/mongodb/mongo/wiki/The-failCommand-Fail-Point), which a server has when it is started with
 * `--setParameter enableTestCommands=1`.
 */
export class FailPoint {
  #commands = new Set<string>();
  #remaining = 0;
  #fault: Fault = { closeConnection: false, blockMs: 0, error: undefined };

  configure({ configureFailPoint, mode, data }: Document): void {
    if (configureFailPoint !== "failCommand") {
      throw new CommandError(2, "BadValue", `there is no fail point '${configureFailPoint}'`);
    }
    this.#remaining = mode === "off" ? 0 : mode === "alwaysOn" ? Number.POSITIVE_INFINITY : Number(mode.times);
    this.#commands = new Set((data?.failCommands as string[] | undefined)?.map((name) => name.toLowerCase()));
    const code = data?.errorCode;
    this.#fault = {
      closeConnection: data?.closeConnection === true,
      blockMs: data?.blockConnection === true ? Number(data.blockTimeMS) : 0,
      error:
        code === undefined
          ? undefined
          : new CommandError(Number(code), CODE_NAMES[Number(code)] ?? "Error", "Failing command via 'failCommand'"),
    };
  }

  /** The fault for a command, which counts as one time. */
  take(command: string): Fault | undefined {
    if (this.#remaining <= 0 || !this.#commands.has(command.toLowerCase())) return undefined;
    this.#remaining -= 1;
    return this.#fault;
  }
}

const CODE_NAMES: Record<number, string> = { 14031: "OutOfDiskSpace", 11600: "InterruptedAtShutdown" };
