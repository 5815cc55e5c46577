import type { PayoutCharge } from '@tributary/contracts';
import type { EventContext, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { seeingEverything } from '@tributary/service-kit';
import { type OffsetMoney, offsetBack, offsetFrom } from '../ledger/domain/posting.js';
import { post } from '../ledger/ledger-store.js';
import type { Parts } from '../parts.js';
import { type Debt, type OffsetTerms, offsetting, shareOut } from '../runs/domain/share-out.js';
import type { ClaimedGroup } from '../runs/domain/split-groups.js';

/** What of a group is settled elsewhere, and what other brands have settled of it. */
export interface Offsets {
  /** What of the group's lines has been settled by other brands' payouts and is in none of this brand's yet; below zero once some came back. */
  credit: bigint;
  shares: readonly Debt[];
}
export const noOffsets: Offsets = { credit: 0n, shares: [] };

/** As charges of the payout. */
export function chargesOfOffsets({ credit, shares }: Offsets): PayoutCharge[] {
  const kept = shares.reduce((sum, { amount }) => sum + amount, 0n);
  return [
    ...(credit === 0n ? [] : [{ kind: 'offset-credit' as const, amount: toWireAmount(credit) }]),
    ...(kept === 0n ? [] : [{ kind: 'offset' as const, amount: toWireAmount(-kept) }]),
  ];
}

const termsSql = /* sql */ `SELECT brand_id AS "brandId", offset_scope AS scope, licence FROM brand_profile WHERE offset_scope <> 'brand'`;

/** The brands and those that offset with them: whoever builds a run of one holds off the builders of all. */
export const withOffsetting = (tx: Tx, brandIds: readonly string[]): Promise<string[]> =>
  seeingEverything(tx, async () => {
    const { rows } = await tx.query<OffsetTerms>(termsSql);
    const own = rows.filter(({ brandId }) => brandIds.includes(brandId));
    const related = rows.filter((one) => own.some((other) => offsetting(one, other)));
    return [...new Set([...brandIds, ...related.map(({ brandId }) => brandId)])];
  });

/** The debts that groups of a run can settle, taken down as they do. */
export interface OffsetBook {
  of(group: ClaimedGroup): Offsets;
  /** The group is paid: what it settles is owed no more. */
  take(group: ClaimedGroup, offsets: Offsets): void;
}

/** Debts lie where the caller may not look: all that he learns is what is kept of a payout. */
export const offsetBook = (tx: Tx, groups: readonly ClaimedGroup[]): Promise<OffsetBook> =>
  seeingEverything(tx, async () => {
    const { rows: terms } = await tx.query<OffsetTerms>(termsSql);
    const byBrand = new Map(terms.map((each) => [each.brandId, each]));
    const debts = await debtsOf(tx, groups, [...byBrand.keys()]);
    const credits = await creditsOf(tx, groups);
    return {
      of(group) {
        const credit = credits.get(keyOf(group)) ?? 0n;
        const own = byBrand.get(group.brandId);
        const theirs = debts.filter((debt) => {
          const other = byBrand.get(debt.brandId);
          return own && other && debt.partnerId === group.partnerId && debt.currency === group.currency && offsetting(own, other);
        });
        return { credit, shares: shareOut(group.amount + credit, theirs) };
      },
      take(group, { shares }) {
        for (const debt of debts) {
          if (debt.partnerId !== group.partnerId || debt.currency !== group.currency) continue;
          debt.amount -= shares.find(({ brandId }) => brandId === debt.brandId)?.amount ?? 0n;
        }
      },
    };
  });

type Account = Pick<ClaimedGroup, 'partnerId' | 'brandId' | 'currency'>;
const keyOf = ({ partnerId, brandId, currency }: Account) => `${partnerId} ${brandId} ${currency}`;
const columnsOf = (groups: readonly Account[]) => [
  groups.map(({ partnerId }) => partnerId),
  groups.map(({ brandId }) => brandId),
  groups.map(({ currency }) => currency),
];

/** What the partners owe brands that offset at all; locked, so that no debt is settled that is gone by the commit. */
async function debtsOf(tx: Tx, groups: readonly ClaimedGroup[], brandIds: readonly string[]): Promise<(Account & Debt)[]> {
  const payees = groups.filter(({ brandId }) => brandIds.includes(brandId));
  if (payees.length === 0) return [];
  const { rows } = await tx.query<Account & Debt>(
    `SELECT partner_id AS "partnerId", brand_id AS "brandId", currency, -payable AS amount FROM balance
     WHERE payable < 0 AND brand_id = ANY ($1) AND partner_id = ANY ($2) ORDER BY partner_id, brand_id, currency FOR UPDATE`,
    [brandIds, [...new Set(payees.map(({ partnerId }) => partnerId))]],
  );
  return rows;
}

const creditsSql = /* sql */ `
SELECT asked.partner_id AS "partnerId", asked.brand_id AS "brandId", asked.currency,
  coalesce((SELECT sum(o.amount) FROM payout_offset o WHERE (o.partner_id, o.brand_id, o.currency) = (asked.partner_id, asked.brand_id, asked.currency)
    AND o.given_back_at IS NULL), 0)::bigint
  - coalesce((SELECT sum((charge ->> 'amount')::bigint) FROM payout p CROSS JOIN LATERAL jsonb_array_elements(p.charges) charge
    WHERE (p.partner_id, p.brand_id, coalesce(p.exchange ->> 'currency', p.currency)) = (asked.partner_id, asked.brand_id, asked.currency)
    AND charge ->> 'kind' = 'offset-credit' AND p.status NOT IN ('failed', 'returned')), 0)::bigint AS amount
FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (partner_id, brand_id, currency)
WHERE EXISTS (SELECT 1 FROM payout_offset o WHERE (o.partner_id, o.brand_id, o.currency) = (asked.partner_id, asked.brand_id, asked.currency))`;

async function creditsOf(tx: Tx, groups: readonly ClaimedGroup[]): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<Account & { amount: bigint }>(creditsSql, columnsOf(groups));
  return new Map(rows.map((row) => [keyOf(row), row.amount]));
}

/** Payouts settle debts elsewhere: each is kept, and booked at the brand that is owed. */
export async function writeOffsets(
  tx: Tx,
  { outbox }: Pick<Parts, 'outbox'>,
  payouts: readonly { id: string; partnerId: string; currency: string; shares: readonly Debt[] }[],
  context: EventContext,
  now: Date,
): Promise<void> {
  const offsets = payouts.flatMap(({ id, partnerId, currency, shares }) =>
    shares.map((share): OffsetMoney => ({ payoutId: id, partnerId, currency, ...share })),
  );
  if (offsets.length === 0) return;
  await seeingEverything(tx, async () => {
    await tx.query(
      `INSERT INTO payout_offset (payout_id, brand_id, partner_id, currency, amount, created_at)
       SELECT payout_id, brand_id, partner_id, currency, amount, $6 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS made (partner_id, brand_id, currency, payout_id, amount)`,
      [...columnsOf(offsets), offsets.map(({ payoutId }) => payoutId), offsets.map(({ amount }) => amount.toString()), now],
    );
    const postings = offsets.map((offset) => ({ posting: offsetFrom(offset, now), context }));
    await post(tx, outbox, postings, now);
  });
}

/** Payouts came to nothing, or came back: what they settled elsewhere is owed again. */
export async function giveOffsetsBack(
  tx: Tx,
  { outbox }: Pick<Parts, 'outbox'>,
  payoutIds: readonly string[],
  context: EventContext,
  now: Date,
): Promise<void> {
  if (payoutIds.length === 0) return;
  await seeingEverything(tx, async () => {
    const { rows } = await tx.query<OffsetMoney>(
      `UPDATE payout_offset SET given_back_at = $2 WHERE payout_id = ANY ($1) AND given_back_at IS NULL
       RETURNING payout_id AS "payoutId", partner_id AS "partnerId", brand_id AS "brandId", currency, amount`,
      [payoutIds, now],
    );
    const postings = rows.map((offset) => ({ posting: offsetBack(offset, now), context }));
    await post(tx, outbox, postings, now);
  });
}
