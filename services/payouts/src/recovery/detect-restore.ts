import { newId } from '@tributary/contracts';
import { everyBrand, type Parts } from '../parts.js';
import type { SentRecord } from '../shared/sent-journal.js';
import { contextOfSystem } from './context.js';
import { freezeChanged, openFreeze } from './freeze-store.js';

/**
 * Before anything runs: the journal may know payouts that this database does not, or holds for unsent. Then it is older than what
 * happened. The attempt is committed before a payout is written into the journal, so in a database that was never restored this finds none.
 */
export async function detectRestore(parts: Pick<Parts, 'db' | 'log' | 'clock' | 'name' | 'outbox' | 'journal'>): Promise<void> {
  let ahead = 0;
  for await (const records of parts.journal.read(true)) ahead += (await unknownTo(parts, records)).length;
  if (ahead === 0) return;
  const reason = `the journal of what was sent is ahead of the database by ${ahead} payouts: it was restored from an older backup`;
  const now = parts.clock.now();
  await parts.db.tx(everyBrand, async (tx) => {
    const frozen = await openFreeze(tx, { id: newId('payoutFreeze'), reason, frozenBy: `system:${parts.name}`, now });
    if (!frozen) return;
    parts.log.error({ ahead }, 'payouts are frozen: the database is older than what was sent');
    await parts.outbox.append(tx, contextOfSystem(parts), [freezeChanged(frozen, now)]);
  });
}

/** The payouts among the records that the database does not know as tried. */
export async function unknownTo({ db }: Pick<Parts, 'db'>, records: readonly SentRecord[]): Promise<SentRecord[]> {
  const payouts = [...new Map(records.filter(({ kind }) => kind === 'payout').map((record) => [record.id, record])).values()];
  const { rows } = await db.pool.query<{ id: string }>('SELECT id FROM payout WHERE id = ANY ($1) AND attempted_at IS NOT NULL', [
    payouts.map(({ id }) => id),
  ]);
  const tried = new Set(rows.map(({ id }) => id));
  return payouts.filter(({ id }) => !tried.has(id));
}
