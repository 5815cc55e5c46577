import type { Tx } from '@tributary/messaging';
import { everyBrand, type Parts } from '../parts.js';
import { taxSubject } from '../shared/tax-subject.js';
import { horizonOf } from './domain/retention.js';
import { type ErasureRow, erasureColumns } from './erasure-store.js';
import { keepWhatTheLawAsksFor } from './on-subject-erased.js';
import { lastRecordsOf, paymentSubjects } from './retained-records.js';

/** The job: what was kept of erased partners goes when its time is over. */
export const forgetRetained =
  (parts: Parts) =>
  async (now: Date): Promise<void> => {
    const { rows } = await parts.db.pool.query<{ id: string }>(
      `SELECT erasure_id AS id FROM partner_erasure WHERE status = 'erased' AND retained_due_at <= $1 ORDER BY erasure_id`,
      [now],
    );
    for (const { id } of rows) {
      await parts.db
        .tx(everyBrand, (tx) => forgetDue(tx, parts, id, now))
        .catch((error: unknown) =>
          parts.log.error({ err: error, erasureId: id }, 'what was kept could not be destroyed; it will be tried again'),
        );
    }
  };

/** Looks again at what the last records are: one may have been added since, say by money that came back. */
async function forgetDue(tx: Tx, parts: Parts, erasureId: string, now: Date): Promise<void> {
  const { rows } = await tx.query<ErasureRow>(
    `SELECT ${erasureColumns} FROM partner_erasure WHERE erasure_id = $1 AND retained_due_at <= $2 FOR UPDATE`,
    [erasureId, now],
  );
  const [row] = rows;
  if (!row) return;
  const { partnerId } = row;
  const horizon = horizonOf(now, parts.settings.retentionYears);
  const { tax, payments } = await lastRecordsOf(tx, partnerId);
  if (tax && tax < horizon) await forgetTax(tx, parts, partnerId, now);
  if (payments && payments < horizon) await forgetPayments(tx, parts, partnerId, horizon, now);
  await keepWhatTheLawAsksFor(tx, parts, row, now);
}

async function forgetTax(tx: Tx, parts: Parts, partnerId: string, now: Date): Promise<void> {
  await tx.query(
    `UPDATE partner_erasure SET tax_forgotten_at = $2 WHERE partner_id = $1 AND status = 'erased' AND tax_forgotten_at IS NULL`,
    [partnerId, now],
  );
  await parts.vault.forget(tx, taxSubject(partnerId));
  await tx.query(
    `UPDATE tax_form SET content = 'erased', tin_hint = NULL, declined_reason = CASE WHEN declined_reason IS NULL THEN NULL ELSE 'erased' END WHERE partner_id = $1`,
    [partnerId],
  );
  await tx.query(
    `UPDATE vat_registration SET content = 'erased', number_hint = CASE WHEN number_hint IS NULL THEN NULL ELSE 'erased' END WHERE partner_id = $1`,
    [partnerId],
  );
}

/** Whoever else stands in these files was paid as long ago. */
async function forgetPayments(tx: Tx, parts: Parts, partnerId: string, horizon: Date, now: Date): Promise<void> {
  await tx.query(
    `UPDATE partner_erasure SET payments_forgotten_at = $2 WHERE partner_id = $1 AND status = 'erased' AND payments_forgotten_at IS NULL`,
    [partnerId, now],
  );
  for (const subject of await paymentSubjects(tx, partnerId, horizon)) await parts.vault.forget(tx, subject);
}
