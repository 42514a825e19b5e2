import type { Readable } from "node:stream";
import type { Sandbox as DaytonaSandbox } from "@daytonaio/sdk";
import { DomainError } from "../platform/errors";
import { statusOf, translateDaytonaError } from "./daytona-errors";
import type { SandboxCommand, SandboxCommandResult, Toolbox } from "./toolbox";

const TRANSFER_TIMEOUT_SECONDS = 600;

interface ToolboxOptions {
  handle: () => Promise<DaytonaSandbox>;
  exists: () => Promise<boolean>;
}

export class DaytonaToolbox implements Toolbox {
  constructor(private readonly options: ToolboxOptions) {}

  async exec({ command, cwd, env, timeoutSeconds }: SandboxCommand): Promise<SandboxCommandResult> {
    return await this.#ask(async ({ process }) => {
      try {
        const { exitCode, result } = await process.executeCommand(command, cwd, env, timeoutSeconds);
        return { exitCode, output: result };
      } catch (error) {
        if (statusOf(error) !== 408) throw error;
        throw new DomainError("command_timeout", `the command did not end within ${timeoutSeconds} seconds`);
      }
    });
  }

  async upload({ path, content }: { path: string; content: Readable }): Promise<void> {
    await this.#ask(({ fs }) => fs.uploadFileStream(content, path, { timeout: TRANSFER_TIMEOUT_SECONDS }));
  }

  async download(path: string): Promise<Readable> {
    return await this.#ask(async ({ fs }) => {
      try {
        return await fs.downloadFileStream(path, { timeout: TRANSFER_TIMEOUT_SECONDS });
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        throw new DomainError("file_not_found", `there is no file '${path}' in the sandbox`);
      }
    });
  }

  async #ask<T>(work: (sandbox: DaytonaSandbox) => Promise<T>): Promise<T> {
    try {
      return await work(await this.options.handle());
    } catch (error) {
      throw await this.#meaningOf(error);
    }
  }

  async #meaningOf(error: unknown): Promise<DomainError> {
    if (error instanceof DomainError) return error;
    const status = statusOf(error);
    if (status === 404 || (status === 401 && !(await this.options.exists()))) {
      return new DomainError("workspace_not_running", "the sandbox was removed in Daytona");
    }
    if (status === 400 && error instanceof Error && /is the sandbox started/i.test(error.message)) {
      return new DomainError("workspace_not_running", "the sandbox has stopped");
    }
    return translateDaytonaError(error);
  }
}
