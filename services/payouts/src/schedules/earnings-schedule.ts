import { periodOf } from '@tributary/calendar';
import { getEarningsSchedule } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { ok, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { seesPartner } from '../profiles/profile-store.js';
import { clearedBefore, datesOf, monthsBefore, periodsFrom } from './domain/schedule-dates.js';
import { allSchedules, type ScheduleRow } from './schedule-store.js';

/** What a partner earned in which month, when it clears, and with which month it is paid. */
export function getEarningsScheduleRoute({ db }: Parts): Route {
  return query(getEarningsSchedule, ({ params: { partnerId }, query: { brandId, from }, scope, now }) =>
    db.tx(scope, async (tx) => {
      if (scope.partnerId !== undefined && scope.partnerId !== partnerId) return reject('not-found');
      if (!(await seesPartner(tx, partnerId, scope))) return reject('not-found');
      const first = from ?? monthsBefore(periodOf(now.toISOString(), 'UTC'), 12);
      const months = [];
      for (const account of await accountsOf(tx, partnerId, brandId)) months.push(...(await monthsOf(tx, partnerId, account, first, now)));
      return ok({ partnerId, asOf: now.toISOString(), months });
    }),
  );
}

interface Account {
  brandId: string;
  currency: string;
  timeZone: string;
  /** The newest version, while it runs. */
  schedule: ScheduleRow | undefined;
}

async function accountsOf(tx: Tx, partnerId: string, brandId: string | undefined): Promise<Account[]> {
  const { rows } = await tx.query<{ brandId: string; currency: string; timeZone: string }>(
    `SELECT DISTINCT entry.brand_id AS "brandId", entry.currency, coalesce(brand.time_zone, 'UTC') AS "timeZone" FROM entry LEFT JOIN brand_profile brand ON brand.brand_id = entry.brand_id
     WHERE entry.partner_id = $1 AND entry.accrued AND ($2::text IS NULL OR entry.brand_id = $2) ORDER BY 1, 2`,
    [partnerId, brandId ?? null],
  );
  const schedules = await allSchedules(
    tx,
    rows.map((row) => row.brandId),
  );
  return rows.map((row) => {
    const newest = schedules.findLast((each) => each.brandId === row.brandId && each.currency === row.currency);
    return { ...row, timeZone: newest?.timeZone ?? row.timeZone, schedule: newest?.status === 'running' ? newest : undefined };
  });
}

/** Pay dates are looked up this many months ahead of now. */
const monthsAhead = 30;

/** A reversal that is written off takes nothing back: what it corrects stays earned. */
const sums = /* sql */ `
SELECT to_char(occurred_at AT TIME ZONE $4, 'YYYY-MM') AS "earnedIn", due.period AS "paidWith", sum(amount)::bigint AS earned,
  coalesce(sum(amount) FILTER (WHERE bucket IN ('pending', 'held')), 0)::bigint AS undecided, coalesce(sum(amount) FILTER (WHERE bucket = 'approved'), 0)::bigint AS clearing,
  coalesce(sum(amount) FILTER (WHERE bucket = 'payable'), 0)::bigint AS payable, coalesce(sum(amount) FILTER (WHERE bucket = 'in-payout'), 0)::bigint AS "inPayout",
  coalesce(sum(amount) FILTER (WHERE bucket = 'paid'), 0)::bigint AS paid, min(matures_at) AS "clearsFrom", max(matures_at) AS "clearsUntil"
FROM entry LEFT JOIN LATERAL (
  SELECT period FROM unnest($6::text[], $7::timestamptz[], $8::timestamptz[], $9::boolean[]) AS due (period, cut_off, cleared_before, over)
  WHERE entry.occurred_at < due.cut_off AND entry.matures_at < due.cleared_before AND NOT (due.over AND entry.run_id IS NULL) ORDER BY due.period LIMIT 1) AS due ON true
WHERE partner_id = $1 AND brand_id = $2 AND currency = $3 AND accrued AND bucket NOT IN ('rejected', 'written-off') AND to_char(occurred_at AT TIME ZONE $4, 'YYYY-MM') >= $5
GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST`;

interface Sums extends Record<'earned' | 'undecided' | 'clearing' | 'payable' | 'inPayout' | 'paid', bigint> {
  earnedIn: string;
  paidWith: string | null;
  clearsFrom: Date;
  clearsUntil: Date;
}

/** Each entry is paid with the first month by whose cut-off it was earned and by whose date it has cleared; what is open, with one still to come. */
async function monthsOf(tx: Tx, partnerId: string, { brandId, currency, timeZone, schedule }: Account, from: string, now: Date) {
  const ahead = monthsBefore(periodOf(now.toISOString(), timeZone), -monthsAhead);
  const dates = new Map(
    schedule ? periodsUntil(monthsBefore(from, 1), ahead).map((period) => [period, datesOf(schedule, period)] as const) : [],
  );
  const { rows } = await tx.query<Sums>(sums, [
    partnerId,
    brandId,
    currency,
    timeZone,
    from,
    [...dates.keys()],
    [...dates.values()].map(({ cutOff }) => cutOff),
    schedule ? [...dates.values()].map((each) => clearedBefore(schedule, each)) : [],
    [...dates.values()].map(({ pay }) => Date.parse(pay) <= now.getTime()),
  ]);
  return rows.map((row) => ({
    brandId,
    currency,
    earnedIn: row.earnedIn,
    earned: toWireAmount(row.earned),
    undecided: toWireAmount(row.undecided),
    clearing: toWireAmount(row.clearing),
    payable: toWireAmount(row.payable),
    inPayout: toWireAmount(row.inPayout),
    paid: toWireAmount(row.paid),
    clearsFrom: row.clearsFrom.toISOString(),
    clearsUntil: row.clearsUntil.toISOString(),
    paidWith: row.paidWith,
    dates: row.paidWith === null ? null : (dates.get(row.paidWith) ?? null),
  }));
}

const periodsUntil = (first: string, last: string): string[] =>
  periodsFrom(first, 12 * (Number(last.slice(0, 4)) - Number(first.slice(0, 4)) + 1)).filter((period) => period <= last);
