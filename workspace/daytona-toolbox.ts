import type { Readable } from "node:stream";
import type { Sandbox as DaytonaSandbox } from "@daytonaio/sdk";
import { z } from "zod";
import { DomainError } from "../platform/errors";
import { statusOf, translateDaytonaError } from "./daytona-errors";
import { openDaytonaTerminal } from "./daytona-terminal";
import { quote } from "./shell";
import type {
  SandboxCode,
  SandboxCommand,
  SandboxCommandResult,
  SandboxProcess,
  SshAccess,
  Terminal,
  TerminalRequest,
  Toolbox,
} from "./toolbox";

export type CodeRunner = (
  sandbox: DaytonaSandbox,
  code: Pick<SandboxCode, "code" | "language" | "env" | "timeoutSeconds"> & { argv: string[] },
) => Promise<unknown>;

interface ToolboxOptions {
  handle: () => Promise<DaytonaSandbox>;
  exists: () => Promise<boolean>;
  runCode: CodeRunner;
  /** After which files on their way are given up. */
  transferSeconds: number;
}

/** An empty answer with status 200 would pass for success in the SDK. */
const commandResult = z.object({ exitCode: z.number(), result: z.string().default("") });

export class DaytonaToolbox implements Toolbox {
  constructor(private readonly options: ToolboxOptions) {}

  async exec({ command, cwd, env, timeoutSeconds }: SandboxCommand): Promise<SandboxCommandResult> {
    return await this.#run(timeoutSeconds, ({ process }) => process.executeCommand(command, cwd, env, timeoutSeconds));
  }

  async runCode({ arguments: words, ...code }: SandboxCode): Promise<SandboxCommandResult> {
    // Daytona puts the arguments into a shell's line as they are.
    const argv = words.map(quote);
    return await this.#run(code.timeoutSeconds, (sandbox) => this.options.runCode(sandbox, { ...code, argv }));
  }

  async upload({ path, content }: { path: string; content: Readable }): Promise<void> {
    await this.#ask(({ fs }) => fs.uploadFileStream(content, path, { timeout: this.options.transferSeconds }));
  }

  async download(path: string): Promise<Readable> {
    return await this.#ask(async ({ fs }) => {
      try {
        return await fs.downloadFileStream(path, { timeout: this.options.transferSeconds });
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        throw new DomainError("file_not_found", `there is no file '${path}' in the sandbox`);
      }
    });
  }

  async downloadMany(paths: readonly string[]): Promise<Map<string, Buffer>> {
    if (paths.length === 0) return new Map();
    const request = paths.map((source) => ({ source }));
    const files = await this.#ask(({ fs }) => fs.downloadFiles(request, this.options.transferSeconds));
    return new Map(files.flatMap(({ source, result }) => (Buffer.isBuffer(result) ? [[source, result] as const] : [])));
  }

  async startProcess({ id, command }: { id: string; command: string }): Promise<void> {
    await this.#ask(async ({ process }) => {
      await process.createSession(id);
      await process.executeSessionCommand(id, { command, runAsync: true });
    });
  }

  async listProcesses(): Promise<SandboxProcess[]> {
    const sessions = await this.#ask(({ process }) => process.listSessions());
    return sessions.flatMap(({ sessionId, commands }) =>
      commands.slice(0, 1).map(({ command, exitCode }) => ({ id: sessionId, command, exitCode: exitCode ?? null })),
    );
  }

  async processOutput(id: string): Promise<string> {
    return await this.#ask(async ({ process }) => {
      try {
        const [command] = (await process.getSession(id)).commands;
        if (command === undefined) return "";
        return (await process.getSessionCommandLogs(id, command.id)).stdout ?? "";
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        throw new DomainError("process_not_found", `the sandbox has no process ${id}`);
      }
    });
  }

  async removeProcess(id: string): Promise<void> {
    await this.#ask(async ({ process }) => {
      try {
        await process.deleteSession(id);
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    });
  }

  async previewUrl({ port, seconds }: { port: number; seconds: number }): Promise<string> {
    return (await this.#ask((sandbox) => sandbox.getSignedPreviewUrl(port, seconds))).url;
  }

  async sshAccess(minutes: number): Promise<SshAccess> {
    const { sshCommand, token, expiresAt } = await this.#ask((sandbox) => sandbox.createSshAccess(minutes));
    // A text, whatever its type says.
    return { command: sshCommand, token, expiresAt: new Date(expiresAt) };
  }

  async openTerminal(request: TerminalRequest): Promise<Terminal> {
    return await this.#ask(({ process }) => openDaytonaTerminal(process, request));
  }

  async #run(
    timeoutSeconds: number,
    work: (sandbox: DaytonaSandbox) => Promise<unknown>,
  ): Promise<SandboxCommandResult> {
    return await this.#ask(async (sandbox) => {
      try {
        const { exitCode, result } = commandResult.parse(await work(sandbox));
        return { exitCode, output: result };
      } catch (error) {
        if (statusOf(error) !== 408) throw error;
        throw new DomainError("command_timeout", `the command did not end within ${timeoutSeconds} seconds`);
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
