import { nextPeriod, periodOf } from '@tributary/calendar';
import { closePeriod } from '@tributary/contracts';
import { monthRange } from '@tributary/engine';
import type { Outbox, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { command, NotYetKnown, ok, type Route, reject } from '@tributary/service-kit';
import { type Brand, findBrand, lockBooks } from '../profiles/brand-store.js';
import type { CloseMonths } from '../shared/months.js';
import { hasOpenMonthWithFacts } from '../statements/month-deal-store.js';
import { closedPeriodsOf, insertClosedPeriod, totalsOf } from './period-store.js';

/**
 * Closes a month of a brand, in the brand's own zone: what would still change it is posted into the next open month. With the close the
 * month's statements are issued and posted.
 */
export const closePeriodRoute = ({ outbox, closeMonths }: { outbox: Outbox; closeMonths: CloseMonths }): Route =>
  command(closePeriod, async ({ tx, params: { period }, body: { brandId }, now, principal, context, dryRun }) => {
    const brand = await findBrand(tx, brandId);
    if (brand === undefined) throw new NotYetKnown('brand', brandId);
    await lockBooks(tx, [brandId]);
    if (periodOf(now.toISOString(), brand.timeZone) < nextPeriod(period)) return reject('period-not-over');
    const closedBefore = (await closedPeriodsOf(tx, [brandId])).get(brandId) ?? new Set<string>();
    if (closedBefore.has(period)) return reject('period-already-closed');
    if (await isEarlierOpen(tx, brand, closedBefore, period)) return reject('earlier-period-open');

    const issued = await closeMonths(tx, { brand, period, now, context, here: dryRun });
    const totals = await totalsOf(tx, brandId, period);
    const own = totals.find(({ currency }) => currency === brand.currency);
    const closed = {
      brandId,
      period,
      closedAt: now,
      closedBy: principal.actorId,
      entries: totals.reduce((sum, { entries }) => sum + entries, 0),
      amount: own?.amount ?? 0n,
      currency: brand.currency,
    };
    await insertClosedPeriod(tx, closed);
    await outbox.append(tx, context, [
      {
        type: 'commission.period.closed.v1',
        subject: `${brandId}/${period}`,
        brandId,
        time: now,
        data: { brandId, period, closedAt: now.toISOString(), closedBy: principal.actorId },
      },
    ]);
    const { closedBy: _closedBy, ...shown } = closed;
    return ok({
      ...shown,
      closedAt: now.toISOString(),
      amount: toWireAmount(closed.amount),
      statements: issued?.statements ?? null,
    });
  });

/** Deficits run from month to month: what has facts to be rated by the month is closed in order. */
async function isEarlierOpen(tx: Tx, { brandId, timeZone }: Brand, closed: ReadonlySet<string>, period: string): Promise<boolean> {
  const last = [...closed]
    .filter((one) => one < period)
    .sort()
    .at(-1);
  if (last !== undefined && nextPeriod(last) === period) return false;
  const since = last === undefined ? '-infinity' : monthRange(last, timeZone).to;
  return hasOpenMonthWithFacts(tx, brandId, since, monthRange(period, timeZone).from);
}
