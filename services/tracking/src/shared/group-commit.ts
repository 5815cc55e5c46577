/** Writes a group of items in one go and answers one result per item, in order. */
export type WriteGroup<I, O> = (items: readonly I[]) => Promise<readonly O[]>;

/**
 * Group commit: whatever asks while a write is under way is written together by the next one. No timer: an idle writer starts with
 * whatever the same turn of the event loop brought. Where there are more writers, another one starts beside the first only once
 * `enough` items wait: many small groups cost more than they save.
 * When a group fails, its items are tried one by one where `splitOn` says so, so that one bad item fails alone.
 */
export function groupCommit<I, O>(options: {
  write: WriteGroup<I, O>;
  writers?: number;
  enough?: number;
  most?: number;
  splitOn?: (error: unknown) => boolean;
}): {
  submit: (item: I) => Promise<O>;
  idle: () => Promise<void>;
} {
  const { write, writers = 1, enough = 1, most = 500, splitOn = () => false } = options;
  let waiting: { item: I; resolve: (result: O) => void; reject: (error: unknown) => void }[] = [];
  const busy = new Set<Promise<void>>();

  const run = async (group: typeof waiting): Promise<void> => {
    try {
      const results = await write(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => {
        resolve(results[index] as O);
      });
    } catch (error) {
      if (group.length === 1 || !splitOn(error)) for (const { reject } of group) reject(error);
      else for (const member of group) await run([member]);
    }
  };
  const mayStart = (): boolean => busy.size < writers && waiting.length >= (busy.size === 0 ? 1 : enough);
  const pump = (): void => {
    while (mayStart()) {
      const group = waiting.length > most ? waiting.splice(0, most) : waiting;
      if (group === waiting) waiting = [];
      const running = run(group).finally(() => {
        busy.delete(running);
        soon();
      });
      busy.add(running);
    }
  };
  // Once the requests that have already come are read: those just answered are often followed by the next ones.
  let scheduled = false;
  const soon = (): void => {
    if (scheduled || !mayStart()) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      pump();
    });
  };
  return {
    submit: (item) =>
      new Promise<O>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        soon();
      }),
    async idle() {
      while (busy.size > 0 || waiting.length > 0) {
        await Promise.all(busy);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
