import type { Tx } from '@tributary/messaging';
import type { Parts } from '../parts.js';
import { outOfFunds } from '../rails/domain/rail.js';
import type { RunRow } from '../runs/run-store.js';
import { limitsBroken, lockLimits, type Outgoing } from '../shared/over-limit.js';
import { recordReports } from '../shared/record-reports.js';
import type { PayoutReport } from './domain/payout-state.js';

export const systemContext = ({ name }: Parts, correlationId: string) =>
  ({ correlationId, actorId: `system:${name}`, actorKind: 'system' }) as const;

/** What is about to be tried: some payouts, or all that wait for a rail and brand. */
export interface Trying {
  rail: string;
  brandId: string;
  ids: readonly string[] | null;
}

/** The last gate: who was suspended or erased, what was disapproved, or which account was frozen, since the clearance is released unsent; and what comes after a payout for which the funds did not suffice. */
export async function letGo(tx: Tx, parts: Parts, run: RunRow, { rail, brandId, ids }: Trying, now: Date): Promise<void> {
  const { rows } = await tx.query<{ id: string; reason: string }>(
    `SELECT p.id, CASE WHEN erased.partner_id IS NOT NULL THEN 'the data of the partner is erased' WHEN partner.status <> 'active' THEN 'the partner is not active' WHEN method.status <> 'active' THEN 'the payout method is disabled'
       WHEN method.returned_at >= method.verified_at THEN 'something came back from the payout method' WHEN broke.payouts > 0 THEN 'the funds of the brand do not suffice'
       ELSE 'an entry is not approved any more' END AS reason
     FROM payout p LEFT JOIN partner_profile partner ON partner.partner_id = p.partner_id LEFT JOIN payout_method method ON method.id = p.method_id
     LEFT JOIN (SELECT DISTINCT partner_id FROM partner_erasure WHERE status <> 'waiting') erased ON erased.partner_id = p.partner_id
     LEFT JOIN (SELECT brand_id, rail, currency, count(*) AS payouts FROM payout WHERE run_id = $1 AND status = 'failed' AND reason = ANY ($5) GROUP BY 1, 2, 3) broke
       ON broke.brand_id = p.brand_id AND broke.rail = p.rail AND broke.currency = p.currency
     WHERE p.run_id = $1 AND p.status = 'cleared' AND p.attempted_at IS NULL AND p.rail = $2 AND p.brand_id = $3 AND ($4::text[] IS NULL OR p.id = ANY ($4))
       AND (erased.partner_id IS NOT NULL OR partner.status <> 'active' OR method.status <> 'active' OR method.returned_at >= method.verified_at OR broke.payouts > 0 OR EXISTS (
         SELECT 1 FROM payout_line line JOIN entry ON entry.id = line.open_item_id WHERE line.payout_id = p.id AND entry.decision_state <> 'approved' AND entry.amount > 0))`,
    [run.id, rail, brandId, ids, outOfFunds],
  );
  await release(
    tx,
    parts,
    run,
    rows.map(({ id, reason }) => ({ payoutId: id, outcome: 'failed', reference: null, reason })),
    now,
  );
}

/** Limits are asked once more, under a lock that they share with every other run of their brands that goes out. */
export async function keepWithinLimits(tx: Tx, parts: Parts, run: RunRow, { rail, brandId, ids }: Trying, now: Date): Promise<void> {
  await lockLimits(tx, [brandId]);
  const { rows } = await tx.query<Outgoing & { id: string }>(
    `SELECT id, brand_id AS "brandId", partner_id AS "partnerId", currency, account_hmac AS "accountHmac", amount, sandbox FROM payout p
     WHERE run_id = $1 AND status = 'cleared' AND attempted_at IS NULL AND rail = $2 AND brand_id = $3 AND ($4::text[] IS NULL OR id = ANY ($4))
       AND EXISTS (SELECT 1 FROM payout_limit l WHERE l.brand_id = p.brand_id AND l.currency = p.currency)
     ORDER BY id`,
    [run.id, rail, brandId, ids],
  );
  if (rows.length === 0) return;
  const broken = await limitsBroken(tx, rows, { now, unsent: false });
  const reports = rows.flatMap(({ id }, index): PayoutReport[] =>
    broken[index] === undefined ? [] : [{ payoutId: id, outcome: 'failed', reference: null, reason: `over the limit ${broken[index]}` }],
  );
  await release(tx, parts, run, reports, now);
}

async function release(tx: Tx, parts: Parts, run: RunRow, reports: readonly PayoutReport[], now: Date): Promise<void> {
  const { paymentsAtOnce } = parts.settings;
  for (let at = 0; at < reports.length; at += paymentsAtOnce)
    await recordReports(tx, parts, reports.slice(at, at + paymentsAtOnce), systemContext(parts, run.correlationId), now);
}
