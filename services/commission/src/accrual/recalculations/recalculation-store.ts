import type { Explanation } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';

const original = `level > 0 AND kind NOT IN ('refund', 'chargeback')`;

/** A partner's part of a brand. */
interface PartOf {
  brandId: string;
  partnerId: string;
}
interface Stretch {
  from: string;
  to: string;
}

const ofPartner = `WITH RECURSIVE below AS (
       SELECT $2::text AS partner_id
       UNION
       SELECT partner.partner_id FROM below JOIN partner ON partner.parents @> jsonb_build_array(jsonb_build_object('parentId', below.partner_id))
     ), sharing AS (
       SELECT partner_id FROM deal_version WHERE brand_id = $1
         AND jsonb_path_exists(terms::jsonb, '$.components[*].split.shares[*].partnerId ? (@ == $id)', jsonb_build_object('id', $2::text))
     ), within AS (SELECT conversion_id, partner_id, touches FROM conversion WHERE brand_id = $1 AND occurred_at >= $3 AND occurred_at < $4 AND ${original}),
     found AS (
       SELECT conversion_id FROM within WHERE touches @> to_jsonb($2::text) OR partner_id IN (SELECT partner_id FROM below UNION SELECT partner_id FROM sharing)
       UNION SELECT conversion_id FROM within JOIN commission_entry AS entry USING (conversion_id) WHERE entry.partner_id = $2
       UNION SELECT conversion_id FROM commission_entry AS entry WHERE brand_id = $1 AND partner_id = $2 AND occurred_at >= $3 AND occurred_at < $4
         AND conversion_id IS NOT NULL AND NOT EXISTS (SELECT FROM conversion AS fact WHERE fact.conversion_id = entry.conversion_id)
       LIMIT $5)`;

/**
 * Conversions of a brand in a stretch of time of which a partner earns something: his own, those of everybody who has ever stood below
 * him or shares with him, those on whose way he was, and whatever else the journal has posted to him for, even where the fact is gone.
 * At most one more than `most`: then there are too many.
 */
export async function conversionsOf(tx: Tx, { brandId, partnerId }: PartOf, { from, to }: Stretch, most: number): Promise<string[]> {
  const { rows } = await tx.query<{ conversionId: string }>(`${ofPartner} SELECT conversion_id AS "conversionId" FROM found`, [
    brandId,
    partnerId,
    from,
    to,
    most + 1,
  ]);
  return rows.map(({ conversionId }) => conversionId);
}

/** How many those are, at most one more than `most`. */
export async function countConversionsOf(tx: Tx, { brandId, partnerId }: PartOf, { from, to }: Stretch, most: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(`${ofPartner} SELECT count(*)::int AS count FROM found`, [
    brandId,
    partnerId,
    from,
    to,
    most + 1,
  ]);
  return rows[0]?.count ?? 0;
}

/** What conversions are rated together with: the streams they are in, and the running scopes that they put something into. */
export interface Ties {
  streams: string[];
  running: string[];
}

export async function tiesOf(tx: Tx, conversionIds: readonly string[]): Promise<Ties> {
  const { rows } = await tx.query<{ kind: string; key: string }>(
    `SELECT DISTINCT 'stream' AS kind, stream AS key FROM stream_record WHERE conversion_id = ANY($1)
     UNION SELECT 'running', scope FROM running_contribution WHERE conversion_id = ANY($1)`,
    [conversionIds],
  );
  const of = (kind: string): string[] => rows.filter((row) => row.kind === kind).map(({ key }) => key);
  return { streams: of('stream'), running: of('running') };
}

/** Everything that is in these streams, or has put something into these running scopes; at most one more than `most`. */
export async function tiedBy(tx: Tx, { streams, running }: Ties, most: number): Promise<string[]> {
  const { rows } = await tx.query<{ conversionId: string }>(
    `SELECT conversion_id AS "conversionId" FROM stream_record WHERE stream = ANY($1)
     UNION SELECT conversion_id FROM running_contribution WHERE scope = ANY($2) LIMIT $3`,
    [streams, running, most + 1],
  );
  return rows.map(({ conversionId }) => conversionId);
}

/** Locks conversions and their refunds in the order in which accrual does, and returns the conversions in the order of time. */
export async function lockInOrder(tx: Tx, conversionIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ conversionId: string; occurredAt: Date | null; isOriginal: boolean }>(
    `SELECT conversion_id AS "conversionId", occurred_at AS "occurredAt", ${original} AS "isOriginal" FROM conversion
     WHERE conversion_id = ANY($1) OR original_conversion_id = ANY($1) ORDER BY conversion_id FOR UPDATE`,
    [conversionIds],
  );
  return rows
    .filter(({ isOriginal }) => isOriginal)
    .sort((a, b) => Number(a.occurredAt) - Number(b.occurredAt) || (a.conversionId < b.conversionId ? -1 : 1))
    .map(({ conversionId }) => conversionId);
}

/** Forgets all that has been made of conversions but the journal itself. Only where it is going to be rolled back. */
export async function forgetRating(tx: Tx, conversionIds: readonly string[], { streams, running }: Ties): Promise<void> {
  await tx.query('DELETE FROM stream_checkpoint WHERE stream = ANY($1)', [streams]);
  await tx.query('DELETE FROM stream_record WHERE stream = ANY($1)', [streams]);
  await tx.query('DELETE FROM stream WHERE stream = ANY($1)', [streams]);
  await tx.query('DELETE FROM running_contribution WHERE scope = ANY($1)', [running]);
  await tx.query('DELETE FROM commission_scope WHERE conversion_id = ANY($1) OR scope = ANY($2)', [conversionIds, running]);
  await tx.query('UPDATE conversion SET rated_level = 0 WHERE conversion_id = ANY($1) OR original_conversion_id = ANY($1)', [
    conversionIds,
  ]);
}

export interface ScopeHeld {
  scope: string;
  partnerId: string;
  currency: string;
  /** Null for a running scope. */
  conversionId: string | null;
  net: bigint;
  runningSum: string | null;
}

/** The scopes of conversions, and running scopes, as they are held now. */
export async function scopesHeld(tx: Tx, conversionIds: readonly string[], running: readonly string[]): Promise<ScopeHeld[]> {
  const { rows } = await tx.query<ScopeHeld>(
    `SELECT scope, partner_id AS "partnerId", currency, conversion_id AS "conversionId", net, running_sum AS "runningSum"
     FROM commission_scope WHERE conversion_id = ANY($1) OR scope = ANY($2)`,
    [conversionIds, running],
  );
  return rows;
}

/** What the entries of conversions add up to, by scope. */
export interface JournalSum {
  scope: string;
  partnerId: string;
  currency: string;
  conversionId: string;
  amount: bigint;
  entries: number;
}

export async function journalSums(tx: Tx, conversionIds: readonly string[]): Promise<JournalSum[]> {
  const { rows } = await tx.query<JournalSum>(
    `SELECT scope, partner_id AS "partnerId", currency, min(conversion_id) AS "conversionId", sum(amount)::bigint AS amount, count(*)::int AS entries
     FROM commission_entry WHERE conversion_id = ANY($1) GROUP BY scope, partner_id, currency`,
    [conversionIds],
  );
  return rows;
}

/** What conversions have put into running scopes. */
export async function contributionsTo(
  tx: Tx,
  running: readonly string[],
): Promise<{ conversionId: string; scope: string; exact: string }[]> {
  const text = 'SELECT conversion_id AS "conversionId", scope, exact FROM running_contribution WHERE scope = ANY($1)';
  return (await tx.query<{ conversionId: string; scope: string; exact: string }>(text, [running])).rows;
}

/** A posting as it is explained. */
export interface Posted {
  scope: string;
  conversionId: string;
  entitlement: string;
  fold: Explanation | null;
}

/** The last posting into each of these scopes for each conversion, without the entries left out; the last of a scope comes last. */
export async function lastPostings(tx: Tx, scopes: readonly string[], without: readonly string[]): Promise<Posted[]> {
  const { rows } = await tx.query<Posted & { posting: number }>(
    `SELECT DISTINCT ON (scope, conversion_id) scope, conversion_id AS "conversionId", posting, explanation ->> 'entitlement' AS entitlement, explanation -> 'fold' AS fold
     FROM commission_entry WHERE scope = ANY($1) AND conversion_id IS NOT NULL AND NOT entry_id = ANY($2) ORDER BY scope, conversion_id, posting DESC`,
    [scopes, without],
  );
  return rows.sort((a, b) => a.posting - b.posting);
}
