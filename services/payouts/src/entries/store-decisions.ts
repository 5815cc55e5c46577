import type { Tx } from '@tributary/messaging';
import type { Bucket } from '../ledger/domain/posting.js';
import type { EntryRow } from './entry-store.js';

export interface DecisionFact {
  entryId: string;
  partnerId: string;
  brandId: string;
  currency: string;
  amount: number;
  decision: number;
  decidedAt: string;
}
export type DecidedState = 'approved' | 'held' | 'rejected';

/** The highest decision of each entry. */
export function highestOf(facts: readonly DecisionFact[]): DecisionFact[] {
  const highest = new Map<string, DecisionFact>();
  for (const fact of facts) if (fact.decision > (highest.get(fact.entryId)?.decision ?? 0)) highest.set(fact.entryId, fact);
  return [...highest.values()];
}

/** The entry once it is decided so. */
export const decidedBy = (entry: EntryRow, { decision, decidedAt }: DecisionFact, state: DecidedState): EntryRow => ({
  ...entry,
  decision,
  decisionState: state,
  decidedAt: new Date(decidedAt),
});

const updateDecided = /* sql */ `
UPDATE entry SET decision = fact.decision, decision_state = fact.state, decided_at = fact.decided_at, decision_traceparent = $6, bucket = fact.bucket,
  version = entry.version + CASE WHEN fact.bucket IS DISTINCT FROM entry.bucket THEN 1 ELSE 0 END
FROM unnest($1::text[], $2::int[], $3::text[], $4::timestamptz[], $5::text[]) AS fact (id, decision, state, decided_at, bucket) WHERE entry.id = fact.id`;

/** Locked entries get their decision and, when it moves them, their bucket: in one change. */
export async function storeDecided(
  tx: Tx,
  decided: readonly { entry: EntryRow; to: Bucket | null }[],
  traceparent: string | null,
): Promise<void> {
  if (decided.length === 0) return;
  await tx.query(updateDecided, [
    decided.map(({ entry }) => entry.id),
    decided.map(({ entry }) => entry.decision),
    decided.map(({ entry }) => entry.decisionState),
    decided.map(({ entry }) => entry.decidedAt?.toISOString() ?? null),
    decided.map(({ to }) => to),
    traceparent,
  ]);
}

const upsertDecisions = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, accrued, decision, decision_state, decided_at, decision_traceparent)
SELECT id, id, brand_id, partner_id, currency, amount, false, decision, $8, decided_at, $9
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::timestamptz[])
  AS fact (id, brand_id, partner_id, currency, amount, decision, decided_at)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET decision = excluded.decision, decision_state = excluded.decision_state, decided_at = excluded.decided_at,
  decision_traceparent = excluded.decision_traceparent
WHERE entry.decision < excluded.decision
RETURNING id`;

/**
 * Stores decisions that come before their entries, which may arrive at this very moment; returns the ids for which they were new.
 * At most one decision of each entry.
 */
export async function storeEarlyDecisions(
  tx: Tx,
  facts: readonly DecisionFact[],
  state: DecidedState,
  traceparent: string | null,
): Promise<string[]> {
  if (facts.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(upsertDecisions, [
    facts.map((f) => f.entryId),
    facts.map((f) => f.brandId),
    facts.map((f) => f.partnerId),
    facts.map((f) => f.currency),
    facts.map((f) => f.amount),
    facts.map((f) => f.decision),
    facts.map((f) => f.decidedAt),
    state,
    traceparent,
  ]);
  return rows.map(({ id }) => id);
}
