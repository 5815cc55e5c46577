import type { Tx } from '@tributary/messaging';
import { type EntryWithStatus, entriesWithStatus, entryStatus } from '../commissions/entry-store.js';

/** Who made an entry by hand, and why. */
export interface AdjustmentRecord {
  adjustmentId: string;
  entryId: string;
  partnerId: string;
  brandId: string;
  kind: string;
  reason: string;
  makerId: string;
  recordedAt: Date;
}

/** With what the journal says of its entry. */
export type AdjustmentWithEntry = AdjustmentRecord &
  Pick<EntryWithStatus, 'programId' | 'amount' | 'currency' | 'status' | 'occurredAt' | 'maturesAt' | 'period'>;

export async function insertAdjustment(tx: Tx, one: AdjustmentRecord): Promise<void> {
  await tx.query(
    'INSERT INTO adjustment (adjustment_id, entry_id, partner_id, brand_id, kind, reason, maker_id, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
    [one.adjustmentId, one.entryId, one.partnerId, one.brandId, one.kind, one.reason, one.makerId, one.recordedAt],
  );
}

/** Adjustments with the status of their entries, newest first. */
export async function findAdjustments(
  tx: Tx,
  now: Date,
  filter: { partnerId?: string | undefined; brandId?: string | undefined; before?: string | undefined; limit: number },
): Promise<AdjustmentWithEntry[]> {
  const { rows } = await tx.query<AdjustmentWithEntry>(
    `SELECT adjustment.adjustment_id AS "adjustmentId", adjustment.entry_id AS "entryId", adjustment.partner_id AS "partnerId", adjustment.brand_id AS "brandId",
       adjustment.kind, adjustment.reason, adjustment.maker_id AS "makerId", adjustment.recorded_at AS "recordedAt", entry.program_id AS "programId",
       entry.amount, entry.currency, entry.occurred_at AS "occurredAt", entry.matures_at AS "maturesAt", entry.period, ${entryStatus} AS status
     FROM adjustment JOIN (${entriesWithStatus}) ON entry.entry_id = adjustment.entry_id
     WHERE ($2::text IS NULL OR adjustment.partner_id = $2) AND ($3::text IS NULL OR adjustment.brand_id = $3) AND ($4::text IS NULL OR adjustment.adjustment_id < $4)
     ORDER BY adjustment.adjustment_id DESC LIMIT $5`,
    [now, filter.partnerId ?? null, filter.brandId ?? null, filter.before ?? null, filter.limit],
  );
  return rows;
}
