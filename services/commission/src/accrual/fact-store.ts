import { rowsOf, type Tx } from '@tributary/messaging';
import type { Affected } from '../shared/rate-again.js';
import { type Fact, levels, type Outcome, rootOf, type StoredFact } from './domain/fact.js';

const columns = [
  ['conversion_id', 'conversionId', 'text'],
  ['level', 'level', 'smallint'],
  ['brand_id', 'brandId', 'text'],
  ['program_id', 'programId', 'text'],
  ['partner_id', 'partnerId', 'text'],
  ['event_id', 'eventId', 'text'],
  ['kind', 'kind', 'text'],
  ['occurred_at', 'occurredAt', 'timestamptz'],
  ['amount', 'amount', 'bigint'],
  ['currency', 'currency', 'text'],
  ['original_conversion_id', 'originalConversionId', 'text'],
  ['unattributed_reason', 'unattributedReason', 'text'],
  ['customer_id', 'customerId', 'text'],
  ['details', 'details', 'jsonb'],
  ['touches', 'touches', 'jsonb'],
  ['correlation_id', 'correlationId', 'text'],
  ['message_id', 'messageId', 'text'],
  ['traceparent', 'traceparent', 'text'],
] as const;

const selected = `${columns.map(([column, name]) => `${column} AS "${name}"`).join(', ')}, rated_level AS "ratedLevel", outcome, reason, rating`;
const superseded = columns
  .filter(([column]) => column !== 'conversion_id')
  .map(([column]) => `${column} = CASE WHEN excluded.level > conversion.level THEN excluded.${column} ELSE conversion.${column} END`);

// Every row named is locked, in the order of its id: the update happens also where it changes nothing.
const upsertAndLock = /* sql */ `
INSERT INTO conversion (${columns.map(([column]) => column).join(', ')})
SELECT * FROM ${rowsOf(Object.fromEntries(columns.map(([column, , type]) => [column, type])))} fact ORDER BY fact.conversion_id
ON CONFLICT (conversion_id) DO UPDATE SET ${superseded.join(', ')}
RETURNING ${selected}, old.partner_id AS "formerPartnerId"`;

function fieldOf(row: Fact | NamedFact, name: keyof Fact): unknown {
  if (!(name in row)) return null;
  const value = (row as Fact)[name];
  const isDocument = (name === 'details' || name === 'touches') && value !== null;
  return isDocument ? JSON.stringify(value) : value;
}

/** A conversion of which only the id and the brand are known yet. */
interface NamedFact {
  conversionId: string;
  brandId: string;
  level: typeof levels.named;
}

/**
 * Stores facts, the one that knows more about a conversion superseding the other, and locks their rows and those of their originals
 * (a row is made for an original that has not arrived). Two writers that have a conversion or a refund of it in hand wait for each
 * other, and the later one sees what the earlier one did. Returns every row as it stands.
 */
export async function storeFacts(tx: Tx, facts: readonly Fact[]): Promise<StoredFact[]> {
  const rows = new Map<string, Fact | NamedFact>();
  for (const fact of facts) {
    const other = rows.get(fact.conversionId);
    if (other === undefined || fact.level > other.level) rows.set(fact.conversionId, fact);
    const root = rootOf(fact);
    if (root !== null && !rows.has(root)) rows.set(root, { conversionId: root, brandId: fact.brandId, level: levels.named });
  }
  const list = [...rows.values()];
  const { rows: stored } = await tx.query<StoredFact>(
    upsertAndLock,
    columns.map(([, name]) => list.map((row) => fieldOf(row, name))),
  );
  // A refund told again without its original may have found it meanwhile.
  const here = new Set(stored.map(({ conversionId }) => conversionId));
  const missing = stored.flatMap((fact) => (fact.level === levels.named ? [] : (rootOf(fact) ?? []))).filter((root) => !here.has(root));
  return missing.length === 0 ? stored : [...stored, ...(await lockFacts(tx, missing))];
}

/** Locks conversions for another rating, in the same order as `storeFacts`. */
export async function lockFacts(tx: Tx, conversionIds: readonly string[]): Promise<StoredFact[]> {
  const text = `SELECT ${selected} FROM conversion WHERE conversion_id = ANY($1) ORDER BY conversion_id FOR UPDATE`;
  return (await tx.query<StoredFact>(text, [conversionIds])).rows;
}

/** The refunds and chargebacks of these conversions. */
export async function refundsOf(tx: Tx, originalIds: readonly string[]): Promise<StoredFact[]> {
  const text = `SELECT ${selected} FROM conversion WHERE original_conversion_id = ANY($1) AND kind IN ('refund', 'chargeback')`;
  return (await tx.query<StoredFact>(text, [originalIds])).rows;
}

export interface RatedFact extends Outcome {
  conversionId: string;
  ratedLevel: number;
  rating: number;
}

export async function saveOutcomes(tx: Tx, rated: readonly RatedFact[]): Promise<void> {
  if (rated.length === 0) return;
  await tx.query(
    `UPDATE conversion SET outcome = new.outcome, reason = new.reason, rated_level = new.rated_level, rating = new.rating
     FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::int[]) AS new(conversion_id, outcome, reason, rated_level, rating)
     WHERE conversion.conversion_id = new.conversion_id`,
    [
      rated.map((one) => one.conversionId),
      rated.map((one) => one.outcome),
      rated.map((one) => one.reason),
      rated.map((one) => one.ratedLevel),
      rated.map((one) => one.rating),
    ],
  );
}

/** Where a walk over the conversions of a brand stands: the last one seen. */
export interface WalkPosition {
  occurredAt: string;
  conversionId: string;
}

/** A deal that pays for partners below or counts them. */
const reachesBelow = `deal.terms::jsonb @? '$.components[*] ? (exists (@.downline) || @.tiers.metric[*].of == "network")'`;

const home = '(SELECT currency FROM brand WHERE brand.brand_id = $1)';
const inAnother = `FROM deal_version AS deal JOIN brand USING (brand_id) WHERE coalesce(deal.terms ->> 'currency', brand.currency) <> ${home}`;

// Deals are looked through once, not once for each conversion: what is not in another currency than the brand's is in the brand's.
const affectedBy = `brand_id = $1 AND ($2::text IS NULL OR partner_id = $2) AND occurred_at >= $3 AND ($4::text IS NULL OR customer_id = $4)
  AND ($5::boolean IS NOT TRUE OR currency <> ${home}
    OR (currency IS NOT NULL AND (partner_id IN (SELECT deal.partner_id ${inAnother}) OR EXISTS (SELECT ${inAnother} AND ${reachesBelow}))))
  AND ($6::timestamptz IS NULL OR occurred_at < $6) AND kind NOT IN ('refund', 'chargeback')`;
const affectedValues = ({ brandId, partnerId, from, customerId, foreign, until }: Affected): unknown[] => [
  brandId,
  partnerId,
  from,
  customerId ?? null,
  foreign ?? null,
  until ?? null,
];

/** How many conversions are affected. */
export async function countOriginals(tx: Tx, which: Affected): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM conversion WHERE ${affectedBy}`,
    affectedValues(which),
  );
  return rows[0]?.count ?? 0;
}

/** The brands of conversions. */
export async function brandsOf(tx: Tx, conversionIds: readonly string[]): Promise<string[]> {
  const text = 'SELECT DISTINCT brand_id AS "brandId" FROM conversion WHERE conversion_id = ANY($1)';
  return (await tx.query<{ brandId: string }>(text, [conversionIds])).rows.map(({ brandId }) => brandId);
}

/** Whose conversions are affected. */
export async function partnersAffected(tx: Tx, which: Affected): Promise<string[]> {
  const { rows } = await tx.query<{ partnerId: string }>(
    `SELECT DISTINCT partner_id AS "partnerId" FROM conversion WHERE ${affectedBy} AND partner_id IS NOT NULL ORDER BY 1`,
    affectedValues(which),
  );
  return rows.map(({ partnerId }) => partnerId);
}

/** The next conversions (not refunds: they go with their originals) of a brand, or of one partner of it, since an instant, in order of time. */
export async function walkOriginals(tx: Tx, which: Affected, after: WalkPosition | null, limit: number): Promise<WalkPosition[]> {
  const { rows } = await tx.query<{ conversionId: string; occurredAt: Date }>(
    `SELECT conversion_id AS "conversionId", occurred_at AS "occurredAt" FROM conversion
     WHERE ${affectedBy} AND level > 0 AND (occurred_at, conversion_id) > ($7::timestamptz, $8::text)
     ORDER BY occurred_at, conversion_id LIMIT $9`,
    [...affectedValues(which), after?.occurredAt ?? '-infinity', after?.conversionId ?? '', limit],
  );
  return rows.map(({ conversionId, occurredAt }) => ({ conversionId, occurredAt: occurredAt.toISOString() }));
}

/** The outcome of a conversion, with the conversion whose scopes it posts into. Undefined before there is one. */
export async function findOutcome(
  tx: Tx,
  conversionId: string,
): Promise<{ outcome: string; reason: string | null; rootId: string } | undefined> {
  const { rows } = await tx.query<{ outcome: string; reason: string | null; rootId: string }>(
    `SELECT outcome, reason, CASE WHEN kind IN ('refund', 'chargeback') THEN coalesce(original_conversion_id, conversion_id) ELSE conversion_id END AS "rootId"
     FROM conversion WHERE conversion_id = $1 AND outcome IS NOT NULL`,
    [conversionId],
  );
  return rows[0];
}
