import type { NewEvent, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { Retained } from './domain/retention.js';

export interface ErasureRow {
  erasureId: string;
  partnerId: string;
  balance: 'pay-first' | 'waived' | null;
  status: 'waiting' | 'clear' | 'erased';
  waitingFor: Obstacle[];
  retained: Retained[];
  sequence: number;
  correlationId: string;
}
/** What still has to be settled. */
export type Obstacle = { kind: 'payout'; payoutId: string } | { kind: 'balance'; brandId: string; currency: string; amount: number };

export const erasureColumns = /* sql */ `erasure_id AS "erasureId", partner_id AS "partnerId", balance, status, waiting_for AS "waitingFor", retained, sequence, correlation_id AS "correlationId"`;

/** At most so many obstacles are named. */
const named = 100;

/**
 * Payouts that are not over, or that a rail is still to be asked back for; and where it is to be paid first, what is owed in either
 * direction, or may come to be: unless an erasure before this one has stopped all payments of the partner, as when directory was restored.
 */
const obstaclesSql = /* sql */ `
SELECT erasure.erasure_id AS "erasureId", open.* FROM partner_erasure erasure CROSS JOIN LATERAL (
  (SELECT 'payout' AS kind, payout.id AS "payoutId", NULL AS "brandId", NULL AS currency, NULL::bigint AS amount FROM payout
   WHERE payout.partner_id = erasure.partner_id AND (payout.status NOT IN ('settled', 'failed', 'returned')
     OR EXISTS (SELECT 1 FROM payout_reversal r WHERE r.payout_id = payout.id AND r.approved_by IS NOT NULL AND r.outcome IS NULL))
   ORDER BY payout.id LIMIT ${named})
  UNION ALL
  (SELECT 'balance', NULL, brand_id, currency, pending + held + approved + payable - receivable FROM balance
   WHERE balance.partner_id = erasure.partner_id AND erasure.balance = 'pay-first' AND NOT partner_is_erased(erasure.partner_id) AND (pending, held, approved, payable, receivable) <> (0, 0, 0, 0, 0)
   ORDER BY brand_id, currency LIMIT ${named})) AS open
WHERE erasure.erasure_id = ANY ($1) ORDER BY erasure.erasure_id, kind DESC, "payoutId", "brandId", currency`;

/** Of each erasure what it waits for: payouts first. */
export async function obstaclesOf(tx: Tx, erasureIds: readonly string[]): Promise<Map<string, Obstacle[]>> {
  const { rows } = await tx.query<{ erasureId: string; payoutId: string | null; brandId: string; currency: string; amount: bigint }>(
    obstaclesSql,
    [erasureIds],
  );
  const found = new Map<string, Obstacle[]>(erasureIds.map((id) => [id, []]));
  for (const { erasureId, payoutId, brandId, currency, amount } of rows) {
    const own = found.get(erasureId);
    if (!own || own.length === named) continue;
    own.push(payoutId === null ? { kind: 'balance', brandId, currency, amount: toWireAmount(amount) } : { kind: 'payout', payoutId });
  }
  return found;
}

/** The answer to an erasure, as it stands. */
export function answered(row: ErasureRow, now: Date): NewEvent<'payouts.erasure.answered.v1'> {
  const { erasureId, partnerId, status: answer, waitingFor, retained, sequence } = row;
  return {
    type: 'payouts.erasure.answered.v1',
    subject: erasureId,
    partnerId,
    sequence,
    data: { erasureId, partnerId, answer, waitingFor, retained, answeredAt: now.toISOString() },
  };
}
