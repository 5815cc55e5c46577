import { maturesAt, openPeriodFrom, periodOf } from '@tributary/calendar';
import { createAdjustment, newId } from '@tributary/contracts';
import { adjustmentScope, explainAdjustment } from '@tributary/engine';
import { fromWireAmount, isCurrency } from '@tributary/money';
import { command, created, NotYetKnown, type Route, reject } from '@tributary/service-kit';
import { programOfPartner } from '../deals/deal-store.js';
import { closedPeriodsOf } from '../periods/period-store.js';
import { findBrand, shareBooks } from '../profiles/brand-store.js';
import type { PostByHand } from '../shared/post-by-hand.js';
import { insertAdjustment } from './adjustment-store.js';
import { adjustmentView } from './adjustment-view.js';

/** Posts by hand what no rule earned: a bonus, a correction. Another person approves it, however small it is. */
export const createAdjustmentRoute = ({ postByHand }: { postByHand: PostByHand }): Route =>
  command(createAdjustment, async ({ tx, body, now, principal, context }) => {
    const { partnerId, brandId, currency, reason, kind, holdDays } = body;
    if (body.amount === 0) return reject('adjustment-zero', { errors: [{ pointer: '/amount', rule: 'adjustment-zero' }] });
    if (!isCurrency(currency)) return reject('currency-unknown', { errors: [{ pointer: '/currency', rule: 'currency-unknown' }] });
    const occurredAt = new Date(body.occurredAt ?? now);
    if (occurredAt > now) return reject('adjustment-in-future', { errors: [{ pointer: '/occurredAt', rule: 'adjustment-in-future' }] });
    const brand = await findBrand(tx, brandId);
    if (brand === undefined) throw new NotYetKnown('brand', brandId);
    const programId = await programOfPartner(tx, brand, partnerId);
    if (programId === undefined) throw new NotYetKnown('enrolment of partner', partnerId);

    await shareBooks(tx, [brandId]);
    const amount = fromWireAmount(body.amount);
    const closed = (await closedPeriodsOf(tx, [brandId])).get(brandId) ?? new Set<string>();
    const at = occurredAt.toISOString();
    const adjustmentId = newId('adjustment');
    const made = { adjustmentId, kind, partnerId, brandId, currency, reason, makerId: principal.actorId };
    const posting = {
      scope: adjustmentScope(adjustmentId),
      partnerId,
      brandId,
      programId,
      amount,
      currency,
      occurredAt,
      maturesAt: new Date(maturesAt(at, holdDays, brand.timeZone)),
      period: openPeriodFrom(periodOf(at, brand.timeZone), closed),
      makerId: principal.actorId,
      explanation: explainAdjustment({ ...made, amount: `${amount}`, occurredAt: at }),
    };
    const entryId = await postByHand(tx, posting, context, now);
    const record = { ...made, entryId, recordedAt: now };
    await insertAdjustment(tx, record);
    return created(adjustmentView({ ...posting, ...record, status: 'pending' }));
  });
