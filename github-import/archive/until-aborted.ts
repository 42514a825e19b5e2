/** The same pieces, until the signal comes: then its reason is thrown, also while a piece is being waited for. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await nextOrAbort(iterator, signal);
      if (done === true) return;
      yield value;
    }
  } finally {
    // Not awaited: a source that hangs would keep us.
    iterator.return?.().catch(() => undefined);
  }
}

// A promise of its own for each step: racing them all against one would keep every piece in memory.
function nextOrAbort<T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
}
