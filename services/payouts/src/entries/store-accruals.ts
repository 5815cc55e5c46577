import { rowsOf, type Tx } from '@tributary/messaging';
import { awaitPolicies } from './clawback-store.js';
import type { Placement } from './domain/place-entry.js';
import type { EntryRow } from './entry-store.js';

export interface AccruedFact {
  entryId: string;
  partnerId: string;
  brandId: string;
  currency: string;
  amount: number;
  adjusts: string | null;
  occurredAt: string;
  maturesAt: string;
  traceparent: string | null;
  conversionId: string | null;
  customerId?: string | null | undefined;
}

/** The entry as an accrual alone makes it. */
export function entryFrom(fact: AccruedFact): EntryRow {
  const { entryId, partnerId, brandId, currency, adjusts } = fact;
  return {
    id: entryId,
    entryId,
    partnerId,
    brandId,
    currency,
    adjusts,
    amount: BigInt(fact.amount),
    accrued: true,
    adjusted: false,
    occurredAt: new Date(fact.occurredAt),
    maturesAt: new Date(fact.maturesAt),
    decision: 0,
    decisionState: 'none',
    decidedAt: null,
    bucket: null,
    runId: null,
    paidAt: null,
    clawback: null,
    corrected: 0n,
    forgiven: false,
    takenBack: false,
    version: 0,
  };
}

const accrued = {
  id: 'text',
  brand_id: 'text',
  partner_id: 'text',
  currency: 'text',
  amount: 'bigint',
  occurred_at: 'timestamptz',
  matures_at: 'timestamptz',
  traceparent: 'text',
  conversion_id: 'text',
  customer_id: 'text',
};
/** The columns of `accrued`. */
const columnsOf = (facts: readonly AccruedFact[]) => [
  facts.map((f) => f.entryId),
  facts.map((f) => f.brandId),
  facts.map((f) => f.partnerId),
  facts.map((f) => f.currency),
  facts.map((f) => f.amount),
  facts.map((f) => f.occurredAt),
  facts.map((f) => f.maturesAt),
  facts.map((f) => f.traceparent),
  facts.map((f) => f.conversionId),
  facts.map((f) => f.customerId ?? null),
];

const insertFirst = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, occurred_at, matures_at, traceparent, conversion_id, customer_id, bucket, accrued, version)
SELECT id, id, brand_id, partner_id, currency, amount, occurred_at, matures_at, traceparent, conversion_id, customer_id, bucket, true, 1
FROM ${rowsOf({ ...accrued, bucket: 'text' })} fact
ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id`;

export interface PlacedAccrual {
  fact: AccruedFact;
  placement: Placement<EntryRow>;
}

/**
 * Stores entries of which nothing was known before, each in its bucket at once; returns their ids. Whatever is known of an entry has
 * made its row, and so has a correction of it: an entry without a row stands alone. Only those may be given that correct nothing.
 */
export async function storeFirst(tx: Tx, accruals: readonly PlacedAccrual[]): Promise<Set<string>> {
  if (accruals.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(insertFirst, [
    ...columnsOf(accruals.map(({ fact }) => fact)),
    accruals.map(({ placement }) => placement.to),
  ]);
  return new Set(rows.map(({ id }) => id));
}

const upsertAccrued = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, occurred_at, matures_at, traceparent, conversion_id, customer_id, adjusts, accrued)
SELECT id, id, brand_id, partner_id, currency, amount, occurred_at, matures_at, traceparent, conversion_id, customer_id, adjusts, true
FROM ${rowsOf({ ...accrued, adjusts: 'text' })} fact
ORDER BY id
ON CONFLICT (id) DO UPDATE SET brand_id = excluded.brand_id, partner_id = excluded.partner_id, currency = excluded.currency, amount = excluded.amount,
  adjusts = excluded.adjusts, occurred_at = excluded.occurred_at, matures_at = excluded.matures_at, accrued = true, traceparent = excluded.traceparent,
  conversion_id = excluded.conversion_id, customer_id = excluded.customer_id
WHERE NOT entry.accrued
RETURNING id`;

const markAdjusted = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, accrued, adjusted)
SELECT id, id, brand_id, partner_id, currency, 0, false, true FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS named (id, brand_id, partner_id, currency)
ORDER BY id ON CONFLICT (id) DO UPDATE SET adjusted = true WHERE NOT entry.adjusted`;

/**
 * Stores accruals, whatever is known of their entries, and returns the ids that were new. What a reversal corrects gets its row too,
 * and the mark that it is corrected, for the two must be locked together.
 */
export async function storeAccrued(tx: Tx, facts: readonly AccruedFact[]): Promise<string[]> {
  if (facts.length === 0) return [];
  await awaitPolicies(
    tx,
    facts.flatMap(({ adjusts, brandId }) => (adjusts === null ? [] : [brandId])),
  );
  const { rows } = await tx.query<{ id: string }>(upsertAccrued, [...columnsOf(facts), facts.map(({ adjusts }) => adjusts)]);
  const corrected = [...new Map(facts.flatMap((fact) => (fact.adjusts === null ? [] : [[fact.adjusts, fact] as const])))];
  if (corrected.length > 0) {
    await tx.query(markAdjusted, [
      corrected.map(([id]) => id),
      corrected.map(([, f]) => f.brandId),
      corrected.map(([, f]) => f.partnerId),
      corrected.map(([, f]) => f.currency),
    ]);
  }
  return rows.map(({ id }) => id);
}
