import type { Consumer, EventOf, Tx } from '@tributary/messaging';
import { forgetAnswers } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { stopIntake } from '../shared/erased.js';
import { tell } from './answer-erasures.js';
import { retainedOf } from './domain/retention.js';
import { type ErasureRow, erasureColumns } from './erasure-store.js';
import { lastRecordsOf } from './retained-records.js';

type Erased = EventOf<'directory.subject.erased.v1'>;

/** A database that was restored has forgotten what it answered: the last answer outranks all of those. */
const outranking = 1_000_000;

/** Destroys what is held of a partner. What the law has us keep lies under keys of its own, and is locked away. */
export const onSubjectErased =
  (parts: Parts): Consumer<Erased> =>
  async (tx, events) => {
    for (const event of events) await erase(tx, parts, event);
  };

async function erase(tx: Tx, parts: Parts, event: Erased): Promise<void> {
  const { subjectId: partnerId } = event.data;
  await stopIntake(tx, partnerId);
  const now = parts.clock.now();
  const row = await keep(tx, event, now);
  if (!row) return;
  await tx.query(
    `UPDATE payout_method SET account = 'erased', account_hmac = 'erased:' || id, account_hint = 'erased', status = 'disabled',
       disabled_by = coalesce(disabled_by, $2), disabled_at = coalesce(disabled_at, $3), disabled_reason = 'erased' WHERE partner_id = $1`,
    [partnerId, `system:${parts.name}`, now],
  );
  await parts.vault.forget(tx, partnerId);
  await forgetAnswers(tx, partnerId);
  await keepWhatTheLawAsksFor(tx, parts, row, now);
}

/** Undefined when it is done already. Nobody may have told this database that it was coming. */
async function keep(tx: Tx, { data, correlationid }: Erased, now: Date): Promise<ErasureRow | undefined> {
  const { rows } = await tx.query<ErasureRow>(
    `INSERT INTO partner_erasure (erasure_id, partner_id, status, correlation_id, erased_at, sequence) VALUES ($1, $2, 'erased', $3, $4, $5)
     ON CONFLICT (erasure_id) DO UPDATE SET status = 'erased', waiting_for = '[]', erased_at = excluded.erased_at, sequence = greatest(partner_erasure.sequence, $5)
       WHERE partner_erasure.status <> 'erased'
     RETURNING ${erasureColumns}`,
    [data.erasureId, data.subjectId, correlationid, now, outranking],
  );
  return rows[0];
}

/** Notes what is kept until when, and tells it. */
export async function keepWhatTheLawAsksFor(tx: Tx, parts: Parts, row: ErasureRow, now: Date): Promise<void> {
  const forgotten = await tx.query<{ tax: boolean; payments: boolean }>(
    'SELECT tax_forgotten_at IS NOT NULL AS tax, payments_forgotten_at IS NOT NULL AS payments FROM partner_erasure WHERE erasure_id = $1',
    [row.erasureId],
  );
  const last = await lastRecordsOf(tx, row.partnerId);
  const [gone] = forgotten.rows;
  const retained = retainedOf(
    { tax: gone?.tax ? null : last.tax, payments: gone?.payments ? null : last.payments },
    parts.settings.retentionYears,
  );
  const due = retained.map(({ until }) => until).sort()[0] ?? null;
  const next = { ...row, retained, sequence: row.sequence + 1 };
  await tx.query('UPDATE partner_erasure SET retained = $2, retained_due_at = $3, sequence = $4 WHERE erasure_id = $1', [
    row.erasureId,
    JSON.stringify(retained),
    due,
    next.sequence,
  ]);
  await tell(tx, parts, [next], now);
}
