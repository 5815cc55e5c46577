import { parameters, type Tx } from '@tributary/messaging';
import type pg from 'pg';
import type { Scope, TxOptions } from '../types.js';

const afterCommits = new WeakMap<Tx, Set<() => void>>();

/** Calls `action` once the transaction has committed; never when it rolled back. Use it for wake-ups only: it is not durable. */
export function afterCommit(tx: Tx, action: () => void): void {
  afterCommits.get(tx)?.add(action);
}

const conflictStates = new Set(['40001', '40P01']);
const maxAttempts = 5;

function isConflict(error: unknown): boolean {
  return conflictStates.has(String((error as { code?: unknown } | null)?.code));
}

/** `app.brands` and `app.partner` as row-level security reads them. An empty list of brands sees nothing. */
export function scopeSettings(scope: Scope): {
  brands: string;
  partner: string;
} {
  return {
    brands: scope.brandIds === 'all' ? '*' : scope.brandIds.join(','),
    partner: scope.partnerId ?? '',
  };
}

/**
 * Runs `fn` with the rows of every brand and partner in sight, then narrows the transaction to what it saw before: for consequences that
 * lie where the caller may not look. An error ends the transaction.
 */
export async function seeingEverything<T>(tx: Tx, fn: () => Promise<T>): Promise<T> {
  const { rows } = await tx.query<{ brands: string; partner: string }>(
    "SELECT coalesce(current_setting('app.brands', true), '') AS brands, coalesce(current_setting('app.partner', true), '') AS partner",
  );
  await see(tx, scopeSettings({ brandIds: 'all' }));
  const result = await fn();
  if (rows[0]) await see(tx, rows[0]);
  return result;
}

async function see(tx: Tx, { brands, partner }: ReturnType<typeof scopeSettings>): Promise<void> {
  await tx.query("SELECT set_config('app.brands', $1, true), set_config('app.partner', $2, true)", [brands, partner]);
}

/** The part of a client or pool that runs statements. */
interface Querying {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/** A Tx over anything of `pg` that queries. */
export function txOver(client: Querying): Tx {
  return {
    async query<R>(text: string, values?: readonly unknown[]) {
      const result = values === undefined ? await client.query(text) : await client.query(text, parameters(values));
      return { rows: result.rows as R[], rowCount: result.rowCount ?? 0 };
    },
  };
}

async function once<T>(pool: pg.Pool, scope: Scope, fn: (tx: Tx) => Promise<T>, options: TxOptions): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const settings = scopeSettings(scope);
    await client.query(options.isolation ? `BEGIN ISOLATION LEVEL ${options.isolation.toUpperCase()}` : 'BEGIN');
    await client.query("SELECT set_config('app.brands', $1, true), set_config('app.partner', $2, true)", [
      settings.brands,
      settings.partner,
    ]);
    const tx = txOver(client);
    const actions = new Set<() => void>();
    afterCommits.set(tx, actions);
    const result = await fn(tx);
    await client.query('COMMIT');
    for (const action of actions) action();
    return result;
  } catch (error) {
    // A connection that cannot even roll back is thrown away instead of going back to the pool.
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Runs `fn` in a transaction; conflicts that PostgreSQL resolves by giving one side up are tried again with jitter. */
export async function runTx<T>(pool: pg.Pool, scope: Scope, fn: (tx: Tx) => Promise<T>, options: TxOptions = {}): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, scope, fn, options);
    } catch (error) {
      if (!isConflict(error) || attempt === maxAttempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}
