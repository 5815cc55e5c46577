import type { Tx } from '@tributary/messaging';

let cursors = 0;

/** The rows of a query some at a time, in the caller's transaction and as they were when it began: they are never held all at once. */
export async function* inChunks<R>(tx: Tx, sql: string, values: readonly unknown[], size: number): AsyncGenerator<R[]> {
  cursors++;
  const name = `chunks_${cursors}`;
  await tx.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, values);
  try {
    for (;;) {
      const { rows } = await tx.query<R>(`FETCH FORWARD ${size} FROM ${name}`);
      if (rows.length > 0) yield rows;
      if (rows.length < size) return;
    }
  } finally {
    // A transaction that has failed has closed it.
    await tx.query(`CLOSE ${name}`).catch(() => undefined);
  }
}
