import { setPayoutLimits } from '@tributary/contracts';
import { isCurrency } from '@tributary/money';
import { command, created, NotYetKnown, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { requireBrandSide } from '../shared/brand-side.js';
import { payingBrands } from '../shared/claim-payables.js';
import { addLimits, limitsView } from './limit-store.js';

/** Says how much a brand may pay in a currency: a new version, which counts at once, also for what is built and not sent. */
export function setLimitsRoute({ outbox }: Parts): Route {
  return command(setPayoutLimits, async ({ params: { brandId }, body, tx, now, context, scope }) => {
    requireBrandSide(scope);
    const brand = (await payingBrands(tx, [brandId])).get(brandId);
    if (!brand) throw new NotYetKnown('brand', brandId);
    const { currency = brand.currency, reason, ...limits } = body;
    if (!isCurrency(currency)) return reject('currency-unknown', { errors: [{ pointer: '/currency', rule: 'currency-unknown' }] });
    const row = { brandId, currency, limits, reason, createdBy: context.actorId, createdAt: now };
    const version = await addLimits(tx, row);
    await outbox.append(tx, context, [
      {
        type: 'payouts.limits.changed.v1',
        subject: brandId,
        brandId,
        data: { brandId, currency, version, ...limits, reason, changedBy: context.actorId, changedAt: now.toISOString() },
      },
    ]);
    return created(limitsView({ ...row, version }));
  });
}
