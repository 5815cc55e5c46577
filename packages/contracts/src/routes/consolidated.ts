import { z } from 'zod';
import { businessInstant, currency, day, fxRateText, ids, instant, minorAmount } from '../common.js';
import { defineRoute } from '../define-route.js';

/** What all brands owe, each in its own currency and in one. */
export const getConsolidatedCommissions = defineRoute({
  id: 'getConsolidatedCommissions',
  service: 'commission',
  method: 'get',
  path: '/api/v1/commissions/consolidated',
  permission: 'commission:read',
  tag: 'Commissions',
  summary: 'What all brands owe, each in its own currency and together in one, at the stored rates of a day',
  query: z.strictObject({
    /** In which the sum is shown. */
    currency,
    /** Left out: of everybody. */
    partnerId: ids.partner.optional(),
    /** Of when it occurred: from inclusive, to exclusive. */
    from: businessInstant.optional(),
    to: businessInstant.optional(),
    /** Whether each brand's lines are split by the licence of the event, else of the deal. */
    by: z.enum(['brand', 'licence']).optional(),
    /** The day of the rates; left out: today, in UTC. */
    on: day.optional(),
  }),
  responses: {
    200: z
      .strictObject({
        partnerId: ids.partner.nullable(),
        from: instant.nullable(),
        to: instant.nullable(),
        on: day,
        currency,
        /** By brand and currency, and by licence where asked for: entries less what was taken back, whatever became of them since. */
        brands: z.array(
          z.strictObject({
            brandId: ids.brand,
            /** Null where there is none, and where it was not asked for. */
            licence: z.string().nullable(),
            currency,
            entries: z.int(),
            amount: minorAmount,
            /** Null when no rate of the day or the seven days before is known: then it is in no sum. */
            exchange: z
              .strictObject({
                /** What one unit of the line's currency is worth, exactly: a decimal, or a fraction where no decimal is exact. */
                rate: z.string(),
                /** The recorded rates that it was made from; none of a currency to itself. */
                rates: z.array(z.strictObject({ base: currency, quote: currency, date: day, rate: fxRateText, source: z.string() })),
                amount: minorAmount,
              })
              .nullable(),
          }),
        ),
        /** The sum of what could be exchanged: each line is rounded by itself, half away from zero. */
        total: minorAmount,
        /** Currencies without a rate. */
        missing: z.array(currency),
      })
      .meta({ id: 'ConsolidatedCommissions' }),
  },
});
