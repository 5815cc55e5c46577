import type { Tx } from '@tributary/messaging';

/**
 * Does something and takes it back, in an open transaction: what `fn` returns is what would have come of it. Locks that it took are given
 * back too. An error ends the transaction, as any would.
 */
export async function withRollback<T>(tx: Tx, fn: () => Promise<T>): Promise<T> {
  await tx.query('SAVEPOINT rehearsed');
  const result = await fn();
  await tx.query('ROLLBACK TO SAVEPOINT rehearsed');
  return result;
}
