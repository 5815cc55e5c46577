import type { FxRate } from '@tributary/engine';
import { oldestRateDays } from '@tributary/engine';
import { rowsOf, type Tx } from '@tributary/messaging';
import type { ReportedRate, StoredRate } from './domain/decide-rates.js';

const selected = `rate.base, rate.quote, rate.date::text AS date, rate.rate, rate.source, rate.counts, rate.recorded_at AS "recordedAt"`;
type Row = Omit<StoredRate, 'recordedAt'> & { recordedAt: Date };
const shown = ({ recordedAt, ...rate }: Row): StoredRate => ({ ...rate, recordedAt: recordedAt.toISOString() });

/** Who records rates does so alone: which of two sources is the first must not hang on a race. */
export async function lockRates(tx: Tx): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(${0x66787261})`);
}

/** Every rate, of any source, of the pairs and days of those given. */
export async function ratesLike(tx: Tx, rates: readonly ReportedRate[]): Promise<StoredRate[]> {
  const { rows } = await tx.query<Row>(
    `SELECT DISTINCT ${selected} FROM ${rowsOf({ base: 'text', quote: 'text', date: 'date' })} asked JOIN fx_rate rate USING (base, quote, date)`,
    [rates.map(({ base }) => base), rates.map(({ quote }) => quote), rates.map(({ date }) => date)],
  );
  return rows.map(shown);
}

const inserted = { base: 'text', quote: 'text', date: 'date', source: 'text', rate: 'text', counts: 'boolean' };

export async function insertRates(tx: Tx, rates: readonly StoredRate[], recordedAt: Date, recordedBy: string): Promise<void> {
  if (rates.length === 0) return;
  const columns = Object.keys(inserted).join(', ');
  await tx.query(
    `INSERT INTO fx_rate (${columns}, recorded_at, recorded_by) SELECT ${columns}, $7::timestamptz, $8::text FROM ${rowsOf(inserted)} new`,
    [
      rates.map(({ base }) => base),
      rates.map(({ quote }) => quote),
      rates.map(({ date }) => date),
      rates.map(({ source }) => source),
      rates.map(({ rate }) => rate),
      rates.map(({ counts }) => counts),
      recordedAt,
      recordedBy,
    ],
  );
}

/** A rate that somebody looks for: what one unit of `from` costs in `to` on a day (`YYYY-MM-DD`). */
export interface RateQuestion {
  from: string;
  to: string;
  date: string;
}

/**
 * What `rateOn` needs to answer the questions, and little more: of each pair that touches one of the two currencies the latest
 * rate that counts in the seven days, so the pair itself, its inverse and the legs of every crossing. One statement for all.
 */
export async function ratesFor(tx: Tx, questions: readonly RateQuestion[]): Promise<FxRate[]> {
  const asked = [...new Map(questions.map((one) => [`${one.from}/${one.to}/${one.date}`, one])).values()].filter(
    ({ from, to }) => from !== to,
  );
  if (asked.length === 0) return [];
  const { rows } = await tx.query<Row>(
    `SELECT DISTINCT ${selected}
     FROM ${rowsOf({ source_currency: 'text', target_currency: 'text', day: 'date' })} asked
     CROSS JOIN LATERAL (
       SELECT DISTINCT ON (near.base, near.quote) near.* FROM fx_rate near
       WHERE near.counts AND near.date BETWEEN asked.day - ${oldestRateDays} AND asked.day
         AND (near.base IN (asked.source_currency, asked.target_currency) OR near.quote IN (asked.source_currency, asked.target_currency))
       ORDER BY near.base, near.quote, near.date DESC
     ) rate`,
    [asked.map(({ from }) => from), asked.map(({ to }) => to), asked.map(({ date }) => date)],
  );
  return rows.map((row) => {
    const { counts: _counts, ...rate } = shown(row);
    return rate;
  });
}

export interface RateFilter {
  base: string | undefined;
  quote: string | undefined;
  from: string | undefined;
  to: string | undefined;
  after: readonly [date: string, base: string, quote: string, source: string] | undefined;
  limit: number;
}

/** Rates, latest day first, then by base, quote and source. */
export async function listRates(tx: Tx, { base, quote, from, to, after, limit }: RateFilter): Promise<StoredRate[]> {
  const { rows } = await tx.query<Row>(
    `SELECT ${selected} FROM fx_rate rate
     WHERE ($1::text IS NULL OR rate.base = $1) AND ($2::text IS NULL OR rate.quote = $2)
       AND ($3::date IS NULL OR rate.date >= $3) AND ($4::date IS NULL OR rate.date <= $4)
       AND ($5::date IS NULL OR rate.date < $5 OR (rate.date = $5 AND (rate.base, rate.quote, rate.source) > ($6::text, $7::text, $8::text)))
     ORDER BY rate.date DESC, rate.base, rate.quote, rate.source LIMIT $9`,
    [base ?? null, quote ?? null, from ?? null, to ?? null, ...(after ?? [null, null, null, null]), limit],
  );
  return rows.map(shown);
}
