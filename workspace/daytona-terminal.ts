import type { Sandbox as DaytonaSandbox } from "@daytonaio/sdk";
import type { Terminal, TerminalRequest } from "./toolbox";

type DaytonaProcess = DaytonaSandbox["process"];

/** A PTY of Daytona's: it stays when the connection to it goes. */
export async function openDaytonaTerminal(process: DaytonaProcess, request: TerminalRequest): Promise<Terminal> {
  const { id, cols, rows, cwd, env, onOutput } = request;
  const attached = (await process.listPtySessions()).some((session) => session.id === id && session.active);
  const handle = attached
    ? await process.connectPty(id, { onData: onOutput })
    : await process.createPty({
        id,
        cols,
        rows,
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { envs: env }),
        onData: onOutput,
      });
  if (attached) await handle.resize(cols, rows);
  return {
    attached,
    write: async (data) => await handle.sendInput(data),
    resize: async (size) => {
      await handle.resize(size.cols, size.rows);
    },
    detach: async () => await handle.disconnect(),
    ended: handle.wait().then(({ exitCode }) => exitCode ?? null),
  };
}
