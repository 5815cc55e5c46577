import { instantMs, offsetAt, periodOf } from '@tributary/calendar';
import { createPayoutSchedule } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { isCurrency } from '@tributary/money';
import { command, created, NotYetKnown, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { type EligibilityRule, problemsOfRules } from '../runs/domain/eligibility.js';
import { requireBrandSide } from '../shared/brand-side.js';
import { paidBeforeCutOff, upcoming } from './domain/schedule-dates.js';
import { addSchedule, scheduleView } from './schedule-store.js';

/** Says when a brand pays in a currency: a new version, which counts for every month that is not built yet. */
export function createScheduleRoute({ outbox }: Parts): Route {
  return command(createPayoutSchedule, async ({ params: { brandId }, body, tx, now, context, scope }) => {
    requireBrandSide(scope);
    const brand = await brandOf(tx, brandId);
    const { currency = brand.currency, timeZone = brand.timeZone, clearedBy, rail, forced, status } = body;
    const eligibility = body.eligibility as readonly EligibilityRule[];
    const [problem, ...others] = problemsOfRules(eligibility);
    if (problem)
      return reject('request-invalid', {
        errors: [problem, ...others].map(({ pointer, rule }) => ({ pointer: `/eligibility${pointer}`, rule })),
      });
    if (!isCurrency(currency)) return reject('currency-unknown', { errors: [{ pointer: '/currency', rule: 'currency-unknown' }] });
    if (!isTimeZone(timeZone)) return reject('time-zone-unknown', { errors: [{ pointer: '/timeZone', rule: 'time-zone-unknown' }] });
    const { cutOff, pay, invoice, reviewUntil, withdraw } = body;
    const terms = { timeZone, clearedBy, dates: { cutOff, pay, invoice, reviewUntil, withdraw } };
    const early = paidBeforeCutOff(terms, periodOf(now.toISOString(), timeZone));
    if (early !== undefined)
      return reject('schedule-pays-before-cut-off', {
        detail: `${early} would be paid before its cut-off`,
        errors: [{ pointer: '/pay', rule: 'must not lie before the cut-off' }],
      });
    const minimum = body.minimum === null ? null : BigInt(body.minimum);
    const schedule = {
      brandId,
      currency,
      ...terms,
      minimum,
      rail,
      eligibility,
      forced,
      status,
      createdBy: context.actorId,
      createdAt: now,
    };
    const version = await addSchedule(tx, schedule);
    const months = status === 'paused' ? [] : upcoming(terms, now, 3);
    await outbox.append(tx, context, [
      {
        type: 'payouts.schedule.changed.v1',
        subject: brandId,
        brandId,
        data: {
          brandId,
          currency,
          version,
          status,
          minimum: body.minimum,
          upcoming: months.map(({ period, dates }) => ({ period, cutOff: dates.cutOff, pay: dates.pay })),
          changedBy: context.actorId,
          changedAt: now.toISOString(),
        },
      },
    ]);
    return created(scheduleView({ ...schedule, version }, now));
  });
}

async function brandOf(tx: Tx, brandId: string): Promise<{ currency: string; timeZone: string }> {
  const { rows } = await tx.query<{ currency: string; timeZone: string }>(
    'SELECT currency, time_zone AS "timeZone" FROM brand_profile WHERE brand_id = $1',
    [brandId],
  );
  if (!rows[0]) throw new NotYetKnown('brand', brandId);
  return rows[0];
}

function isTimeZone(timeZone: string): boolean {
  try {
    offsetAt(instantMs('2026-01-01T00:00:00Z'), timeZone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
