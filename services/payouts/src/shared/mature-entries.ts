import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import { everyBrand, type Parts } from '../parts.js';
import { reconsider } from './reconsider.js';

const batchSize = 2000;

/** Approved entries whose holding period has ended become payable. Returns how many there were in this batch. */
export async function matureBatch(tx: Tx, outbox: Outbox, context: EventContext, now: Date): Promise<number> {
  // Reversals follow what they correct.
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM entry WHERE bucket = 'approved' AND matures_at <= $1 AND NOT (amount < 0 AND adjusts IS NOT NULL) ORDER BY matures_at, id LIMIT $2`,
    [now, batchSize],
  );
  const ids = rows.map(({ id }) => id);
  await reconsider(tx, outbox, ids, { byEntry: new Map(), otherwise: context }, now);
  return ids.length;
}

/** Everything that is due, in the caller's transaction. */
export async function matureAll(tx: Tx, outbox: Outbox, context: EventContext, now: Date): Promise<void> {
  while ((await matureBatch(tx, outbox, context, now)) === batchSize);
}

/** The job: one transaction a batch. */
export function matureEntries({ db, outbox, name }: Parts): (now: Date) => Promise<void> {
  return async (now) => {
    const context = { correlationId: `maturity:${now.toISOString()}`, actorId: `system:${name}`, actorKind: 'system' } as const;
    while ((await db.tx(everyBrand, (tx) => matureBatch(tx, outbox, context, now))) === batchSize);
  };
}
