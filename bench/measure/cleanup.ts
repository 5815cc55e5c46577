const pending = new Set<() => Promise<void>>();

/** Remembers how to stop something, should the benchmark be cut off. The function returned stops it, once. */
export function stopping(stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const once = () => {
    pending.delete(once);
    stopped ??= stop();
    return stopped;
  };
  pending.add(once);
  return once;
}

/** Stops whatever still runs, the last started first. */
export async function stopEverything(): Promise<void> {
  for (const stop of [...pending].reverse()) await stop().catch(() => undefined);
}
