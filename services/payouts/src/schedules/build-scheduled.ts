import type { Tx } from '@tributary/messaging';
import { groupBy } from '../group-by.js';
import { everyBrand, type Parts } from '../parts.js';
import { buildRun } from '../shared/build-run.js';
import { isFrozen } from '../shared/freeze.js';
import { matureAll } from '../shared/mature-entries.js';
import { leftOutView } from '../shared/run-record.js';
import { clearedBefore, type MonthDates, periodsPaidWithin, runningSince } from './domain/schedule-dates.js';
import { allSchedules, type ScheduleRow } from './schedule-store.js';

interface Due {
  schedule: ScheduleRow;
  period: string;
  dates: MonthDates;
}

/** The job: builds what is due of every schedule, each month of each in a transaction of its own. */
export function buildScheduled(parts: Parts): (now: Date) => Promise<void> {
  return async (now) => {
    if (await parts.db.tx(everyBrand, isFrozen)) return;
    for (const due of await parts.db.tx(everyBrand, (tx) => allDue(tx, now))) {
      await parts.db
        .tx({ brandIds: [due.schedule.brandId] }, (tx) => buildMonth(tx, parts, due, now))
        .catch((error: unknown) => {
          const { brandId, currency } = due.schedule;
          parts.log.error({ err: error, brandId, currency, period: due.period }, 'a month could not be built; it will be tried again');
        });
    }
  };
}

/** The months whose time to be paid has come and that nobody has built; the newest version of a schedule says when. */
async function allDue(tx: Tx, now: Date): Promise<Due[]> {
  const schedules = groupBy(await allSchedules(tx, null), ({ brandId, currency }) => `${brandId} ${currency}`);
  const { rows } = await tx.query<{ key: string }>(`SELECT concat_ws(' ', brand_id, currency, period) AS key FROM scheduled_run`);
  const built = new Set(rows.map(({ key }) => key));
  return [...schedules].flatMap(([key, versions]) => {
    const since = runningSince(versions);
    const schedule = versions.at(-1);
    if (!since || !schedule) return [];
    const months = periodsPaidWithin(schedule, since, now).filter(({ period }) => !built.has(`${key} ${period}`));
    return months.map(({ period, dates }) => ({ schedule, period, dates }));
  });
}

/**
 * Builds a month once: who comes second waits for the first, finds its row and builds nothing; the keys of both tables refuse him
 * all the same. Who wrote the schedule counts as the builder, so that another person approves.
 */
async function buildMonth(tx: Tx, parts: Parts, { schedule, period, dates }: Due, now: Date): Promise<void> {
  const { brandId, currency, version } = schedule;
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`schedule:${brandId}:${currency}`]);
  const done = await tx.query(
    `SELECT 1 FROM scheduled_run WHERE brand_id = $1 AND currency = $2 AND period = $3 AND run_kind = 'schedule'`,
    [brandId, currency, period],
  );
  if (done.rows.length > 0) return;
  const context = {
    correlationId: `schedule:${brandId}:${currency}:${period}`,
    actorId: `system:${parts.name}`,
    actorKind: 'system',
  } as const;
  await matureAll(tx, parts.outbox, context, now);
  const earnedUntil = new Date(Date.parse(dates.cutOff) - 1);
  const { runId, left } = await buildRun(tx, parts, {
    brandIds: [brandId],
    currency,
    asOf: now,
    cutOffOf: () => earnedUntil,
    clearedBefore: new Date(clearedBefore(schedule, dates)),
    minimum: null,
    rail: schedule.rail,
    include: null,
    exclude: [],
    builtBy: schedule.createdBy,
    scheduled: { period, version },
    withdrawal: null,
    context,
    now,
  });
  await tx.query(
    `INSERT INTO scheduled_run (brand_id, period, currency, run_kind, schedule_version, due_at, built_at, run_id, left_out) VALUES ($1, $2, $3, 'schedule', $4, $5, $6, $7, $8)`,
    [brandId, period, currency, version, dates.pay, now, runId, JSON.stringify(left.map(leftOutView))],
  );
}
