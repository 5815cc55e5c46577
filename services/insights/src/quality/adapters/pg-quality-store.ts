import type { QualityWeights } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import { factsIn } from '../../activity/domain/movement.js';
import { highest } from '../../shared/domain/highest.js';
import type { Counted } from '../domain/figures.js';
import type { QualityQuestion, QualityStore } from '../quality-store.js';
import { figuresSql } from './figures-sql.js';

const saveSql = /* sql */ `
INSERT INTO conversion AS c (conversion_id, brand_id, partner_id, customer_id, kind, occurred_at, amount, currency, facts)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bigint[], $8::text[], $9::int[])
ON CONFLICT (conversion_id) DO UPDATE SET brand_id = excluded.brand_id, partner_id = excluded.partner_id, customer_id = excluded.customer_id,
  kind = excluded.kind, occurred_at = excluded.occurred_at, amount = excluded.amount, currency = excluded.currency, facts = excluded.facts
WHERE excluded.facts > c.facts`;

const appendSql = /* sql */ `
INSERT INTO quality_weights (brand_id, retention, volume, value, refunds, effective_from, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

// The last instant of the days asked for: weights that begin with the next day are not theirs.
const brandSql = /* sql */ `
SELECT currency, least(($2::date + 1)::timestamp AT TIME ZONE time_zone - interval '1 millisecond', $3::timestamptz) AS "lastInstant"
FROM brand WHERE brand_id = $1`;

const weightsSql = /* sql */ `
SELECT trim_scale(retention)::text AS retention, trim_scale(volume)::text AS volume, trim_scale(value)::text AS value,
  trim_scale(refunds)::text AS refunds, effective_from AS "effectiveFrom"
FROM quality_weights WHERE brand_id = $1 AND effective_from <= $2 ORDER BY quality_weights.effective_from DESC, number DESC LIMIT 1`;

type FiguresRow = Omit<Counted, 'value' | 'refunded'> & { value: string; refunded: string; inOtherCurrencies: bigint };

async function weightsAt(tx: Tx, brandId: string, at: Date) {
  const { rows } = await tx.query<QualityWeights & { effectiveFrom: Date }>(weightsSql, [brandId, at]);
  if (!rows[0]) return undefined;
  const { effectiveFrom, ...weights } = rows[0];
  return { weights, effectiveFrom };
}

async function countedIn(tx: Tx, { brandId, from, to, retentionDays }: QualityQuestion) {
  const { rows } = await tx.query<FiguresRow>(figuresSql, [brandId, from, to, retentionDays]);
  return rows.map((row) => ({ ...row, value: BigInt(row.value), refunded: BigInt(row.refunded) }));
}

export const pgQualityStore = (db: Database<unknown>): QualityStore => ({
  async saveConversions(tx, events) {
    const latest = highest(events, ({ data }) => data.conversionId, factsIn);
    await tx.query(saveSql, [
      latest.map(({ data }) => data.conversionId),
      latest.map(({ data }) => data.brandId),
      latest.map(({ data }) => data.partnerId ?? ''),
      latest.map(({ data }) => data.customerId ?? ''),
      latest.map(({ data }) => data.kind),
      latest.map(({ data }) => data.occurredAt),
      latest.map(({ data }) => data.amount),
      latest.map(({ data }) => data.currency),
      latest.map(factsIn),
    ]);
  },
  async knowsBrand(tx, brandId) {
    return (await tx.query('SELECT 1 FROM brand WHERE brand_id = $1', [brandId])).rows.length > 0;
  },
  async appendWeights(tx, { brandId, weights, effectiveFrom, recordedAt, recordedBy }) {
    const { retention, volume, value, refunds } = weights;
    await tx.query(appendSql, [brandId, retention, volume, value, refunds, effectiveFrom, recordedAt, recordedBy]);
  },
  read: (scope, question, now) =>
    db.tx(
      scope,
      async (tx) => {
        const { rows } = await tx.query<{ currency: string; lastInstant: Date }>(brandSql, [question.brandId, question.to, now]);
        if (!rows[0]) return undefined;
        const { currency, lastInstant } = rows[0];
        return { currency, weights: await weightsAt(tx, question.brandId, lastInstant), partners: await countedIn(tx, question) };
      },
      { isolation: 'repeatable read' },
    ),
});
