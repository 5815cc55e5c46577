import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { EligibilityRule } from '../runs/domain/eligibility.js';
import type { ForcedTerms } from '../runs/domain/withdrawal-fee.js';
import { type ScheduleTerms, upcoming } from './domain/schedule-dates.js';

/** One version of the schedule by which a brand pays in a currency. */
export interface ScheduleRow extends ScheduleTerms {
  brandId: string;
  currency: string;
  version: number;
  minimum: bigint | null;
  rail: string | null;
  eligibility: readonly EligibilityRule[];
  /** Of withdrawals below the minimum; null: there are none. */
  forced: ForcedTerms | null;
  status: 'running' | 'paused';
  createdBy: string;
  createdAt: Date;
}

const columns = /* sql */ `brand_id AS "brandId", currency, version, time_zone AS "timeZone", dates, cleared_by AS "clearedBy", minimum, rail, eligibility, forced, status, created_by AS "createdBy", created_at AS "createdAt"`;

/** Writes the next version; those who write at once wait for each other. */
export async function addSchedule(tx: Tx, schedule: Omit<ScheduleRow, 'version'>): Promise<number> {
  const { brandId, currency, timeZone, dates, clearedBy, minimum, rail, eligibility, forced, status, createdBy, createdAt } = schedule;
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`schedule:${brandId}:${currency}`]);
  const { rows } = await tx.query<{ version: number }>(
    `INSERT INTO payout_schedule (brand_id, currency, version, time_zone, dates, cleared_by, minimum, rail, eligibility, forced, status, created_by, created_at)
     SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM payout_schedule WHERE brand_id = $1 AND currency = $2 RETURNING version`,
    [
      brandId,
      currency,
      timeZone,
      JSON.stringify(dates),
      clearedBy,
      minimum?.toString() ?? null,
      rail,
      JSON.stringify(eligibility),
      forced && JSON.stringify(forced),
      status,
      createdBy,
      createdAt,
    ],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error('the schedule was not written');
  return version;
}

/** Every version that the caller sees, of each schedule the oldest first. */
export async function allSchedules(tx: Tx, brandIds: readonly string[] | null): Promise<ScheduleRow[]> {
  const { rows } = await tx.query<ScheduleRow>(
    `SELECT ${columns} FROM payout_schedule WHERE ($1::text[] IS NULL OR brand_id = ANY ($1)) ORDER BY brand_id, currency, version`,
    [brandIds],
  );
  return rows;
}

export type ScheduleKey = Pick<ScheduleRow, 'brandId' | 'currency' | 'version'>;

/** A page of versions: by brand and currency, the newest first. */
export async function listScheduleRows(
  tx: Tx,
  filter: { brandId?: string | undefined; currency?: string | undefined; after?: ScheduleKey | undefined; limit: number },
): Promise<ScheduleRow[]> {
  const { brandId, currency, after, limit } = filter;
  const { rows } = await tx.query<ScheduleRow>(
    `SELECT ${columns} FROM payout_schedule WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR currency = $2)
       AND ($3::text IS NULL OR (brand_id, currency, -version) > ($3, $4::text, -$5::int)) ORDER BY brand_id, currency, version DESC LIMIT $6`,
    [brandId ?? null, currency ?? null, after?.brandId ?? null, after?.currency ?? null, after?.version ?? null, limit],
  );
  return rows;
}

/** What the newest version of each schedule asks for, by `brand currency`; it holds while the schedule is paused too. */
export async function paymentRules(
  tx: Tx,
  brandIds: readonly string[],
): Promise<{ minimums: Map<string, bigint>; eligibility: Map<string, readonly EligibilityRule[]> }> {
  const { rows } = await tx.query<Pick<ScheduleRow, 'brandId' | 'currency' | 'minimum' | 'eligibility'>>(
    `SELECT DISTINCT ON (brand_id, currency) brand_id AS "brandId", currency, minimum, eligibility FROM payout_schedule WHERE brand_id = ANY ($1) ORDER BY brand_id, currency, version DESC`,
    [brandIds],
  );
  const keyed = rows.map((row) => ({ ...row, key: `${row.brandId} ${row.currency}` }));
  return {
    minimums: new Map(keyed.flatMap(({ key, minimum }) => (minimum === null ? [] : [[key, minimum] as const]))),
    eligibility: new Map(keyed.map(({ key, eligibility }) => [key, eligibility])),
  };
}

/** A version as the API shows it. */
export function scheduleView(row: ScheduleRow, now: Date) {
  const { brandId, currency, version, timeZone, dates, clearedBy, rail, eligibility, forced, status, createdBy } = row;
  return {
    brandId,
    currency,
    version,
    timeZone,
    ...dates,
    clearedBy,
    minimum: row.minimum === null ? null : toWireAmount(row.minimum),
    rail,
    eligibility,
    forced,
    status,
    createdBy,
    createdAt: row.createdAt.toISOString(),
    upcoming: status === 'paused' ? [] : upcoming(row, now, 3).map((month) => ({ period: month.period, ...month.dates })),
  };
}
