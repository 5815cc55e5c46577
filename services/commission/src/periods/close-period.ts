import { nextPeriod, periodOf } from '@tributary/calendar';
import { closePeriod } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { command, NotYetKnown, ok, type Route, reject } from '@tributary/service-kit';
import { findBrand, lockBooks } from '../profiles/brand-store.js';
import { closedPeriodsOf, insertClosedPeriod, totalsOf } from './period-store.js';

/** Closes a month of a brand, in the brand's own zone: what would still change it is posted into the next open month. */
export const closePeriodRoute = ({ outbox }: { outbox: Outbox }): Route =>
  command(closePeriod, async ({ tx, params: { period }, body: { brandId }, now, principal, context }) => {
    const brand = await findBrand(tx, brandId);
    if (brand === undefined) throw new NotYetKnown('brand', brandId);
    await lockBooks(tx, [brandId]);
    if (periodOf(now.toISOString(), brand.timeZone) < nextPeriod(period)) return reject('period-not-over');
    if ((await closedPeriodsOf(tx, [brandId])).get(brandId)?.has(period)) return reject('period-already-closed');

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
    return ok({ ...shown, closedAt: now.toISOString(), amount: toWireAmount(closed.amount) });
  });
