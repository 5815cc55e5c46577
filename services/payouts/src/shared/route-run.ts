import type { RoutingRow } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import {
  defaultPayoutTable,
  type PayoutRouting,
  type PayoutTable,
  type RoutedPayout,
  routePayout,
  stagesOf,
} from '../routing/domain/route-payout.js';
import { type TagSpan, tagsAt } from '../runs/domain/eligibility.js';

type Row = Omit<RoutedPayout, 'tags'> & { id: string; tags: TagSpan[] };

const payoutsPerStep = 1000;

/** Finds for each payout of a run the row of its brand's table that says who approves it, keeps both, and says so of the run. */
export async function routeRun(tx: Tx, runId: string, now: Date): Promise<void> {
  const outcomes = new Set<PayoutRouting['outcome']>();
  const tables = await tablesOf(tx, runId, now);
  for (let after = ''; ; ) {
    const payouts = await nextPayouts(tx, runId, after);
    const last = payouts.at(-1);
    if (!last) break;
    const routings = payouts.map((payout) => {
      const table = tables.get(payout.brandId);
      if (!table) throw new Error(`brand ${payout.brandId} has no table for its payouts`);
      return routePayout(table, { ...payout, tags: tagsAt(payout.tags, now) });
    });
    await tx.query(
      'UPDATE payout SET routing = told.routing FROM unnest($1::text[], $2::jsonb[]) AS told (id, routing) WHERE payout.id = told.id',
      [payouts.map(({ id }) => id), routings.map((routing) => JSON.stringify(routing))],
    );
    for (const { outcome } of routings) outcomes.add(outcome);
    after = last.id;
  }
  await tx.query('UPDATE payout_run SET stages = $2 WHERE id = $1', [runId, stagesOf([...outcomes])]);
}

async function nextPayouts(tx: Tx, runId: string, after: string): Promise<Row[]> {
  const { rows } = await tx.query<Row>(
    `SELECT payout.id, payout.brand_id AS "brandId", payout.amount, payout.currency, brand.currency AS "brandCurrency", partner.risk_level AS "riskLevel", partner.tags
     FROM payout JOIN brand_profile brand USING (brand_id) JOIN partner_profile partner USING (partner_id)
     WHERE payout.run_id = $1 AND payout.id > $2 ORDER BY payout.id LIMIT ${payoutsPerStep}`,
    [runId, after],
  );
  return rows;
}

/** The version of each brand that counts by now, else the table that its threshold makes. */
async function tablesOf(tx: Tx, runId: string, now: Date): Promise<Map<string, PayoutTable>> {
  const { rows } = await tx.query<{ brandId: string; financeThreshold: bigint; version: number | null; rows: RoutingRow[] | null }>(
    `SELECT brand.brand_id AS "brandId", brand.finance_threshold AS "financeThreshold", policy.version, policy.rows
     FROM brand_profile brand LEFT JOIN LATERAL (
       SELECT version, rows FROM payout_routing_policy own WHERE own.brand_id = brand.brand_id AND effective_from <= $2 AND accepted_at <= $2 ORDER BY version DESC LIMIT 1) policy ON true
     WHERE brand.brand_id IN (SELECT brand_id FROM payout WHERE run_id = $1)`,
    [runId, now],
  );
  return new Map(
    rows.map(({ brandId, financeThreshold, version, rows: written }) => [
      brandId,
      version === null || written === null ? defaultPayoutTable(financeThreshold) : { policyVersion: version, rows: written },
    ]),
  );
}
