import type { StreamRecord } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { TermsOfStreams } from './stream-terms.js';

/**
 * Records with the time at which their commission was paid, where the terms lift only what is unpaid: the band that had been reached then
 * is theirs for good.
 */
export async function withPaidAt(tx: Tx, records: readonly StreamRecord[], terms: TermsOfStreams): Promise<StreamRecord[]> {
  const asks = (record: StreamRecord): boolean => record.scope !== null && terms.of(record).component.tiers?.retroactive === 'unpaid';
  const asked = records.filter(asks);
  if (asked.length === 0) return [...records];
  const { rows } = await tx.query<{ scope: string; paidAt: Date }>(
    `SELECT entry.scope, min(payout.settled_at) AS "paidAt" FROM commission_entry AS entry
       JOIN payout_line AS line ON line.entry_id = entry.entry_id JOIN payout_progress AS payout USING (payout_id)
     WHERE entry.conversion_id = ANY($1) AND payout.state = 'settled' AND payout.settled_at IS NOT NULL GROUP BY entry.scope`,
    [[...new Set(asked.map(({ conversionId }) => conversionId))]],
  );
  const paid = new Map(rows.map(({ scope, paidAt }) => [scope, paidAt.toISOString()]));
  return records.map((record) => (asks(record) ? { ...record, paidAt: paid.get(record.scope ?? '') ?? null } : record));
}
