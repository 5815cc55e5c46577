import type { Tx } from '@tributary/messaging';
import type { Facts } from '@tributary/rules';
import { tagsAt } from '../runs/domain/eligibility.js';
import type { ClaimedGroup } from '../runs/domain/split-groups.js';

/** The month of each brand that counts, as instants: from its first to before the next one's. */
export interface CountedMonth {
  from: Date;
  to: Date;
}

interface Row {
  enrollment: string | null;
  tags: { tag: string; effectiveFrom: string; effectiveTo: string | null }[] | null;
  conversions: number;
  customers: number;
}

/** Accruals are found by the journal, which is by partner and brand; an active one has earned something that was not rejected or taken back whole; what is written off takes nothing back. */
const factsOfGroups = /* sql */ `
SELECT (SELECT min(status) FROM enrollment_profile e WHERE e.partner_id = wanted.partner_id AND e.brand_id = wanted.brand_id) AS enrollment,
  (SELECT tags FROM partner_profile p WHERE p.partner_id = wanted.partner_id) AS tags, coalesce(active.conversions, 0) AS conversions, coalesce(active.customers, 0) AS customers
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) WITH ORDINALITY AS wanted (partner_id, brand_id, currency, month_from, month_to, number)
LEFT JOIN LATERAL (
  SELECT count(DISTINCT conversion_id)::int AS conversions, count(DISTINCT customer_id)::int AS customers FROM (
    SELECT entry.conversion_id, entry.customer_id FROM ledger_transaction t JOIN entry ON entry.id = t.entry_id
    WHERE t.partner_id = wanted.partner_id AND t.brand_id = wanted.brand_id AND t.kind = 'accrual' AND entry.conversion_id IS NOT NULL AND entry.bucket NOT IN ('rejected', 'written-off')
    GROUP BY entry.conversion_id, entry.customer_id
    HAVING sum(entry.amount) > 0 AND bool_or(entry.amount > 0 AND entry.occurred_at >= wanted.month_from AND entry.occurred_at < wanted.month_to)) AS earning) AS active ON true
ORDER BY wanted.number`;

/** What eligibility rules may ask for of each group, in their order. */
export async function eligibilityFacts(
  tx: Tx,
  groups: readonly ClaimedGroup[],
  months: ReadonlyMap<string, CountedMonth>,
  now: Date,
): Promise<Facts[]> {
  if (groups.length === 0) return [];
  const monthOf = ({ brandId }: ClaimedGroup) => months.get(brandId) ?? { from: now, to: now };
  const { rows } = await tx.query<Row>(factsOfGroups, [
    groups.map(({ partnerId }) => partnerId),
    groups.map(({ brandId }) => brandId),
    groups.map(({ currency }) => currency),
    groups.map((group) => monthOf(group).from),
    groups.map((group) => monthOf(group).to),
  ]);
  return rows.map(({ enrollment, tags, conversions, customers }, index) => ({
    'partner.tags': tagsAt(tags ?? [], now),
    'enrollment.status': enrollment,
    'payable.amount': groups[index]?.amount ?? 0n,
    'payable.entries': groups[index]?.entries ?? 0,
    'month.conversions': conversions,
    'month.customers': customers,
  }));
}
