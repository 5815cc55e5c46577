import type { EventOf, Tx } from '@tributary/messaging';
import type { ClawbackPolicy } from './domain/clawback-window.js';
import { isReversal } from './domain/derive-bucket.js';
import type { EntryRow } from './entry-store.js';

const lock = (shared: '' | '_shared') =>
  `SELECT pg_advisory_xact_lock${shared}(hashtext('clawback:' || brand_id)) FROM (SELECT DISTINCT unnest($1::text[]) AS brand_id ORDER BY 1) AS brand`;

/**
 * Whoever goes by the policies of a brand, and whoever adds one, waits for the other: neither misses what the other brings. To be
 * called before entries are locked, for who adds a policy locks them after it.
 */
export async function awaitPolicies(tx: Tx, brandIds: readonly string[]): Promise<void> {
  if (brandIds.length > 0) await tx.query(lock('_shared'), [brandIds]);
}

const policiesAsOf = /* sql */ `
SELECT fact.id, policy.days, policy.time_zone AS "timeZone" FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS fact (id, brand_id, occurred_at)
CROSS JOIN LATERAL (
  SELECT days, time_zone FROM clawback_policy WHERE brand_id = fact.brand_id AND changed_at <= fact.occurred_at ORDER BY sequence DESC LIMIT 1) AS policy
WHERE policy.days IS NOT NULL`;

/** Locked entries by id; reversals of what was paid know what their brands had laid down when they occurred. */
export async function knowClawbacks(tx: Tx, rows: readonly EntryRow[]): Promise<Map<string, EntryRow>> {
  const family = new Map(rows.map((row) => [row.id, row]));
  const late = [...family.values()].filter((entry) => isReversal(entry) && family.get(entry.adjusts ?? '')?.paidAt);
  if (late.length === 0) return family;
  const brandIds = late.map(({ brandId }) => brandId);
  // Nearly always it is locked already; not when the reversal has come between two looks.
  await awaitPolicies(tx, brandIds);
  const { rows: known } = await tx.query<ClawbackPolicy & { id: string }>(policiesAsOf, [
    late.map(({ id }) => id),
    brandIds,
    late.map(({ occurredAt }) => occurredAt),
  ]);
  for (const { id, ...clawback } of known) {
    const entry = family.get(id);
    if (entry) family.set(id, { ...entry, clawback });
  }
  return family;
}

const insertPolicies = /* sql */ `
INSERT INTO clawback_policy (brand_id, sequence, days, time_zone, changed_at)
SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::timestamptz[]) ON CONFLICT DO NOTHING RETURNING brand_id AS "brandId", sequence`;

const affectedReversals = /* sql */ `
WITH changed AS (
  SELECT fresh.brand_id, min(fresh.changed_at) AS since FROM clawback_policy fresh
  JOIN unnest($1::text[], $2::int[]) AS added (brand_id, sequence) USING (brand_id, sequence)
  LEFT JOIN LATERAL (
    SELECT days, time_zone FROM clawback_policy earlier WHERE earlier.brand_id = fresh.brand_id AND earlier.sequence < fresh.sequence
    AND earlier.changed_at <= fresh.changed_at ORDER BY sequence DESC LIMIT 1) AS before ON true
  WHERE (fresh.days, CASE WHEN fresh.days IS NOT NULL THEN fresh.time_zone END)
    IS DISTINCT FROM (before.days, CASE WHEN before.days IS NOT NULL THEN before.time_zone END)
  GROUP BY fresh.brand_id)
SELECT reversal.id FROM changed JOIN entry reversal ON reversal.brand_id = changed.brand_id AND reversal.occurred_at >= changed.since
JOIN entry original ON original.id = reversal.adjusts
WHERE reversal.adjusts IS NOT NULL AND reversal.amount < 0 AND reversal.accrued AND reversal.bucket IN ('payable', 'written-off') AND original.paid_at IS NOT NULL`;

/**
 * Every snapshot's policy, not only the newest one's: reversals go by the one of their own instant. Returns the reversals that another
 * policy holds for now; a snapshot that says what the one before it said changes nothing.
 */
export async function keepClawbackPolicies(tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]): Promise<string[]> {
  await tx.query(lock(''), [events.map(({ data }) => data.brandId)]);
  const { rows: added } = await tx.query<{ brandId: string; sequence: number }>(insertPolicies, [
    events.map(({ data }) => data.brandId),
    events.map(({ sequence }) => sequence ?? 0),
    events.map(({ data }) => data.policy.clawbackDays ?? null),
    events.map(({ data }) => data.timeZone),
    events.map(({ data }) => data.changedAt),
  ]);
  if (added.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(affectedReversals, [
    added.map(({ brandId }) => brandId),
    added.map(({ sequence }) => sequence),
  ]);
  return rows.map(({ id }) => id);
}
