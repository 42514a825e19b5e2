const controller = new AbortController();

/**
 * Aborted once the process was asked to end. Whoever holds a lease gives it back then, so that another process goes on at
 * once; whoever waits to tell a stream of news stops waiting.
 */
export const processEnd: AbortSignal = controller.signal;

let listening = false;

/** Only for a process that serves: commands and tests end by the signal itself. */
export function noteSignals(): void {
  if (listening) return;
  listening = true;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
}

/** Whether `work` was done before the process was asked to end. Else it is left to itself: its lease is to be given back. */
export async function doneBeforeEnd(work: Promise<void>): Promise<boolean> {
  let stopWaiting = (): void => undefined;
  const ended = new Promise<boolean>((resolve) => {
    const onEnd = (): void => resolve(false);
    if (processEnd.aborted) onEnd();
    else processEnd.addEventListener("abort", onEnd, { once: true });
    stopWaiting = () => processEnd.removeEventListener("abort", onEnd);
  });
  try {
    return await Promise.race([work.then(() => true), ended]);
  } finally {
    stopWaiting();
  }
}
