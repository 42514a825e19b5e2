import { setTimeout as pause } from "node:timers/promises";
import { type DaytonaServer, type DaytonaServerOptions, startDaytonaServer } from "../../tests/daytona-server/server";

/** Holds each request back for so long before it is looked at: what a network takes for one trip there and back. */
export function roundTrip(milliseconds: number): Pick<DaytonaServerOptions, "onRequest"> {
  return {
    onRequest: async () => {
      await pause(milliseconds);
      return false;
    },
  };
}

/** A Daytona server for as long as `work` takes. */
export async function withDaytona<T>(
  options: Omit<DaytonaServerOptions, "key">,
  work: (daytona: DaytonaServer) => Promise<T>,
): Promise<T> {
  const daytona = await startDaytonaServer({ ...options, key: "key-of-the-bench" });
  try {
    return await work(daytona);
  } finally {
    await daytona.close();
  }
}
