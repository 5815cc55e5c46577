import { z } from 'zod';
import { businessInstant, businessPeriod, currency, ids, instant, minorAmount, period } from '../common.js';
import { defineRoute } from '../define-route.js';

const standing = z.strictObject({
  entries: z.int(),
  amounts: z.array(z.strictObject({ component: z.string(), currency, amount: minorAmount })),
});

export const getCommissionsAsOf = defineRoute({
  id: 'getCommissionsAsOf',
  service: 'commission',
  method: 'get',
  path: '/api/v1/commissions/as-of',
  permission: 'commission:read',
  tag: 'Commissions',
  summary: 'What was owed for a month as known at an instant, and why it differs from what is known now',
  query: z.strictObject({ partnerId: ids.partner, brandId: ids.brand, period: businessPeriod, knownAt: businessInstant }),
  responses: {
    200: z
      .strictObject({
        partnerId: ids.partner,
        brandId: ids.brand,
        period,
        knownAt: instant,
        now: instant,
        /** Of what occurred in the month, in the brand's zone: recorded up to `knownAt`, and up to now. */
        known: standing,
        present: standing,
        /** What was recorded in between, by reason. */
        since: z.array(
          z.strictObject({
            reason: z.string(),
            currency,
            entries: z.int(),
            amount: minorAmount,
            /** First to last; at most 200. */
            causes: z.array(
              z.strictObject({
                kind: z.enum(['conversion', 'deal-version', 'circumstances', 'adjustment', 'statement']),
                /** The conversion or refund that came, the deal as `id/version`, the conversion rated again, the scope of the adjustment. */
                id: z.string(),
                /** What was different of the circumstances. */
                changed: z.array(z.string()),
                recordedAt: instant,
                component: z.string(),
                amount: minorAmount,
                /** The month of the books that it went into. */
                period,
              }),
            ),
          }),
        ),
      })
      .meta({ id: 'CommissionsAsOf' }),
  },
});
