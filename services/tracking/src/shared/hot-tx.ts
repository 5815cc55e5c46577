import { createHash } from 'node:crypto';
import { parameters, type Tx } from '@tributary/messaging';
import { createPool } from '@tributary/service-kit';
import type pg from 'pg';

const names = new Map<string, string>();
/** One name per statement, so that each connection parses it once. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `hot_${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
  names.set(text, name);
  return name;
}

// Sets are small and tables large: nested loops over indexes are right whatever the statistics of a young table say.
const settings = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  plan_cache_mode: 'force_generic_plan',
};

/** The connections of the hot paths, which see all brands. */
export function hotPool(url: string, options: { max: number; onError: (error: Error) => void }): pg.Pool {
  return createPool(url, { ...options, applicationName: 'tracking hot paths', allBrands: true, settings });
}

const conflictStates: ReadonlySet<string> = new Set(['40001', '40P01']);
const attemptsMost = 5;

/** A transaction on a `hotPool` with prepared statements. Conflicts are tried again, so `work` does nothing outside of it. */
export async function hotTx<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (!conflictStates.has(String((error as { code?: unknown }).code)) || attempt === attemptsMost) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}

async function once<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(preparing(client));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function preparing(client: pg.PoolClient): Tx {
  return {
    async query<R>(text: string, values: readonly unknown[] = []) {
      const result = await client.query({ name: nameOf(text), text, values: parameters(values) });
      return { rows: result.rows as R[], rowCount: result.rowCount ?? 0 };
    },
  };
}
