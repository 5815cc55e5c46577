import type pg from 'pg';
import { TooSlow } from './errors.js';
import { parameters } from './parameters.js';
import type { Tx } from './ports.js';

/** A transaction on a connection of its own; the connection is thrown away when its state is unknown. */
export async function inTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (tx: Tx, client: pg.PoolClient) => Promise<T>,
  beforeCommit?: () => void,
): Promise<T> {
  const client = await pool.connect();
  // A connection that breaks while it is ours says so by an event too; unheard, that would end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(txOf(client), client);
    beforeCommit?.();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    // A statement of it may still be about to be cancelled: nobody else should be hit by that.
    if (error instanceof TooSlow) broken = error;
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

/** A pg client as the transaction port. */
export function txOf(client: pg.ClientBase): Tx {
  return {
    async query<R>(text: string, values?: readonly unknown[]) {
      const result = await client.query(text, values === undefined ? undefined : parameters(values));
      return { rows: result.rows as R[], rowCount: result.rowCount ?? 0 };
    },
  };
}
