const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface ShutdownSteps {
  /** In this order, each once the one before is done. */
  steps: (() => Promise<void>)[];
  /** Runs when the time is up. */
  cutOff: () => void;
  timeoutMs: number;
}

/**
 * Waits for a signal, or for the end of the process that started this one, then ends the process's work in good order.
 * Resolves with the exit code: 0, or 1 when the time was up or a step failed. A second signal ends the process at once.
 */
export async function untilShutDown(
  { steps, cutOff, timeoutMs }: ShutdownSteps,
  onError: (error: unknown) => void,
): Promise<number> {
  await firstSignal();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => {
      cutOff();
      resolve(1);
    }, timeoutMs);
  });
  const code = await Promise.race([runSteps(steps, onError), late]);
  clearTimeout(timer);
  return code;
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let received = 0;
    const onSignal = (): void => {
      received++;
      if (received === 1) resolve();
      else process.exit(1);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
    // The end of the channel to the command line means that the command line was killed.
    process.once("disconnect", resolve);
  });
}

async function runSteps(steps: (() => Promise<void>)[], onError: (error: unknown) => void): Promise<number> {
  let code = 0;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      onError(error);
      code = 1;
    }
  }
  return code;
}
