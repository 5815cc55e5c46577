import type { Tx } from '@tributary/messaging';
import type { Bucket } from '../ledger/domain/posting.js';
import type { EntryFacts } from './domain/derive-bucket.js';

/** An entry as stored: its facts, and whose it is. */
export interface EntryRow extends EntryFacts {
  entryId: string;
  partnerId: string;
  brandId: string;
  currency: string;
  decision: number;
  version: number;
}

const columns = /* sql */ `id, entry_id AS "entryId", partner_id AS "partnerId", brand_id AS "brandId", currency, amount, accrued, adjusts, occurred_at AS "occurredAt",
  matures_at AS "maturesAt", decision, decision_state AS "decisionState", decided_at AS "decidedAt", bucket, run_id AS "runId", corrected, version`;

/**
 * The entries named, what they correct and what corrects them, locked. Originals are locked before their reversals are looked for,
 * so that of two transactions that add one each the later sees the other's.
 */
export async function lockFamilies(tx: Tx, ids: readonly string[]): Promise<Map<string, EntryRow>> {
  const { rows: corrected } = await tx.query<{ id: string }>(
    'SELECT adjusts AS id FROM entry WHERE id = ANY ($1) AND adjusts IS NOT NULL',
    [ids],
  );
  const wanted = [...new Set([...ids, ...corrected.map(({ id }) => id)])];
  const { rows: first } = await tx.query<EntryRow>(`SELECT ${columns} FROM entry WHERE id = ANY ($1) ORDER BY id FOR UPDATE`, [wanted]);
  const { rows: reversals } = await tx.query<EntryRow>(`SELECT ${columns} FROM entry WHERE adjusts = ANY ($1) ORDER BY id FOR UPDATE`, [
    first.map(({ id }) => id),
  ]);
  return new Map([...first, ...reversals].map((row) => [row.id, row]));
}

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
}

const insertPlaceholders = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, accrued)
SELECT id, id, brand_id, partner_id, currency, 0, false FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS named (id, brand_id, partner_id, currency)
ORDER BY id ON CONFLICT (id) DO NOTHING`;

const upsertAccrued = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, adjusts, occurred_at, matures_at, accrued, traceparent)
SELECT id, id, brand_id, partner_id, currency, amount, adjusts, occurred_at, matures_at, true, traceparent
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::text[])
  AS fact (id, brand_id, partner_id, currency, amount, adjusts, occurred_at, matures_at, traceparent)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET brand_id = excluded.brand_id, partner_id = excluded.partner_id, currency = excluded.currency, amount = excluded.amount,
  adjusts = excluded.adjusts, occurred_at = excluded.occurred_at, matures_at = excluded.matures_at, accrued = true, traceparent = excluded.traceparent
WHERE NOT entry.accrued
RETURNING id`;

/** Stores accruals and returns the ids that were new. What a reversal corrects gets its row too, for the two must be locked together. */
export async function storeAccrued(tx: Tx, facts: readonly AccruedFact[]): Promise<string[]> {
  const unique = [...new Map(facts.map((fact) => [fact.entryId, fact])).values()];
  const referring = [...new Map(unique.flatMap((fact) => (fact.adjusts === null ? [] : [[fact.adjusts, fact] as const]))).entries()];
  const column = <T>(pick: (fact: AccruedFact) => T) => unique.map(pick);
  const { rows } = await tx.query<{ id: string }>(upsertAccrued, [
    column((f) => f.entryId),
    column((f) => f.brandId),
    column((f) => f.partnerId),
    column((f) => f.currency),
    column((f) => f.amount),
    column((f) => f.adjusts),
    column((f) => f.occurredAt),
    column((f) => f.maturesAt),
    column((f) => f.traceparent),
  ]);
  if (referring.length > 0) {
    await tx.query(insertPlaceholders, [
      referring.map(([id]) => id),
      referring.map(([, f]) => f.brandId),
      referring.map(([, f]) => f.partnerId),
      referring.map(([, f]) => f.currency),
    ]);
  }
  return rows.map(({ id }) => id);
}

export interface DecisionFact {
  entryId: string;
  partnerId: string;
  brandId: string;
  currency: string;
  amount: number;
  decision: number;
  state: 'approved' | 'held' | 'rejected';
  decidedAt: string;
}

const upsertDecisions = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, accrued, decision, decision_state, decided_at, decision_traceparent)
SELECT id, id, brand_id, partner_id, currency, amount, false, decision, state, decided_at, $9
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::text[], $8::timestamptz[])
  AS fact (id, brand_id, partner_id, currency, amount, decision, state, decided_at)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET decision = excluded.decision, decision_state = excluded.decision_state, decided_at = excluded.decided_at,
  decision_traceparent = excluded.decision_traceparent
WHERE entry.decision < excluded.decision
RETURNING id`;

/** Stores decisions, the highest of each entry, with the trace in which they arrive; returns the ids for which one was new. */
export async function storeDecisions(tx: Tx, facts: readonly DecisionFact[], traceparent: string | null): Promise<string[]> {
  const highest = new Map<string, DecisionFact>();
  for (const fact of facts) if (fact.decision > (highest.get(fact.entryId)?.decision ?? 0)) highest.set(fact.entryId, fact);
  const column = <T>(pick: (fact: DecisionFact) => T) => [...highest.values()].map(pick);
  const { rows } = await tx.query<{ id: string }>(upsertDecisions, [
    column((f) => f.entryId),
    column((f) => f.brandId),
    column((f) => f.partnerId),
    column((f) => f.currency),
    column((f) => f.amount),
    column((f) => f.decision),
    column((f) => f.state),
    column((f) => f.decidedAt),
    traceparent,
  ]);
  return rows.map(({ id }) => id);
}

/** Entries change their bucket. */
export async function storeBuckets(tx: Tx, moves: readonly { entry: EntryRow; to: Bucket }[]): Promise<void> {
  await tx.query(
    'UPDATE entry SET bucket = moved.bucket, version = entry.version + 1 FROM unnest($1::text[], $2::text[]) AS moved (id, bucket) WHERE entry.id = moved.id',
    [moves.map(({ entry }) => entry.id), moves.map(({ to }) => to)],
  );
}

const insertCorrections = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, accrued, adjusts, occurred_at, matures_at, decision, decision_state, decided_at, bucket)
SELECT due.id, original.entry_id, original.brand_id, original.partner_id, original.currency, due.difference, true, NULL, due.at, due.at, 1, 'approved', due.at, 'payable'
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[]) AS due (id, original_id, difference, at) JOIN entry original ON original.id = due.original_id
ON CONFLICT (id) DO NOTHING`;

export interface Correction {
  id: string;
  entry: EntryRow;
  difference: bigint;
  at: Date;
}

/** What is taken back of paid entries becomes an item of its own, claimed by a later payout like any other. */
export async function storeCorrections(tx: Tx, corrections: readonly Correction[]): Promise<void> {
  const ids = corrections.map(({ entry }) => entry.id);
  const differences = corrections.map(({ difference }) => difference.toString());
  await tx.query(insertCorrections, [corrections.map(({ id }) => id), ids, differences, corrections.map(({ at }) => at)]);
  await tx.query(
    'UPDATE entry SET corrected = corrected + due.difference FROM unnest($1::text[], $2::bigint[]) AS due (id, difference) WHERE entry.id = due.id',
    [ids, differences],
  );
}
