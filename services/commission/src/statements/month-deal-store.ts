import type { Tx } from '@tributary/messaging';
import { versionsFor } from '../deals/deal-store.js';
import { type MonthDeal, monthDeals } from './domain/deal-months.js';

// As the partial index of deal_version says it.
const ratedByMonth = `terms::jsonb @? '$.components[*] ? (@.model == "revshare" || @.model == "retainer")'`;

/** Partners of a brand with a deal that has something rated by the month, in order, after one of them. */
export async function monthPartners(tx: Tx, brandId: string, after: string, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ partnerId: string }>(
    `SELECT DISTINCT partner_id AS "partnerId" FROM deal_version WHERE brand_id = $1 AND partner_id > $2 AND ${ratedByMonth} ORDER BY 1 LIMIT $3`,
    [brandId, after, limit],
  );
  return rows.map(({ partnerId }) => partnerId);
}

/** The deals of these partners with a brand that have, or have had, something rated by the month. */
export async function monthDealsOf(tx: Tx, brandId: string, partnerIds: readonly string[]): Promise<MonthDeal[]> {
  const { rows } = await tx.query<{ dealId: string }>(
    `SELECT DISTINCT deal_id AS "dealId" FROM deal_version WHERE brand_id = $1 AND partner_id = ANY($2) AND ${ratedByMonth}`,
    [brandId, partnerIds],
  );
  if (rows.length === 0) return [];
  return monthDeals(
    await versionsFor(
      tx,
      [],
      rows.map(({ dealId }) => dealId),
    ),
  );
}

/**
 * Whether anything between two instants is to be rated by the month: events of a kind that a deal shares, or a deal with a retainer that
 * began before the end.
 */
export async function hasOpenMonthWithFacts(tx: Tx, brandId: string, since: string, before: string): Promise<boolean> {
  const { rows } = await tx.query<{ found: boolean }>(
    `SELECT EXISTS (
       SELECT 1 FROM deal_version AS deal CROSS JOIN LATERAL jsonb_array_elements(deal.terms::jsonb -> 'components') AS component
       WHERE deal.brand_id = $1 AND deal.${ratedByMonth} AND (deal.status = 'active' OR EXISTS (SELECT FROM deal_status WHERE deal_status.deal_id = deal.deal_id AND deal_status.version = deal.version AND deal_status.status = 'active')) AND deal.effective_from < $3 AND (
         (component ->> 'model' = 'retainer')
         OR (component ->> 'model' = 'revshare' AND EXISTS (
           SELECT 1 FROM conversion WHERE conversion.brand_id = $1 AND conversion.partner_id = deal.partner_id AND conversion.program_id = deal.program_id
             AND conversion.kind = component ->> 'on' AND conversion.occurred_at >= greatest($2::timestamptz, deal.effective_from) AND conversion.occurred_at < $3)))
     ) AS found`,
    [brandId, since, before],
  );
  return rows[0]?.found ?? false;
}
