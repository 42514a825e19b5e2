import { DomainError } from "../../platform/errors";

export interface IdleTimeoutOptions {
  /** A download that gives nothing for this long has stalled. */
  milliseconds: number;
  /** For people: what comes. */
  what: string;
  signal: AbortSignal;
}

/** The body's pieces as they come. Throws `github_unavailable` when the connection breaks or stalls. */
export async function* withIdleTimeout(
  body: ReadableStream<Uint8Array>,
  { milliseconds, what, signal }: IdleTimeoutOptions,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const next = await readWithin(reader, milliseconds);
      if (next.done) return;
      yield next.value;
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DomainError) throw cause;
    throw new DomainError("github_unavailable", `the connection to GitHub broke while ${what} came`, { cause });
  } finally {
    // The connection is given up where not everything was read.
    await reader.cancel().catch(() => undefined);
  }
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  milliseconds: number,
): ReturnType<typeof reader.read> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    // Made when it is needed only: an error takes longer to make than a piece to read.
    const late = (): void => reject(new DomainError("github_unavailable", "the connection to GitHub stalled"));
    timer = setTimeout(late, milliseconds);
  });
  try {
    return await Promise.race([reader.read(), stalled]);
  } finally {
    clearTimeout(timer);
  }
}
