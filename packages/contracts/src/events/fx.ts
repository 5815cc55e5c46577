import { z } from 'zod';
import { currency, day, fxRateText, instant } from '../common.js';
import { defineEvent } from '../define-event.js';

export const fxRateRecorded = defineEvent({
  type: 'commission.fx-rate.recorded.v1',
  kind: 'fact',
  lane: 'control',
  rank: 6,
  producer: 'commission',
  consumers: ['payouts'],
  summary: 'Exchange rates of a day from one source were recorded. A rate of a pair, day and source is never changed.',
  schema: z.strictObject({
    base: currency,
    date: day,
    source: z.string(),
    recordedAt: instant,
    rates: z
      .array(
        z.strictObject({
          quote: currency,
          /** What one unit of the base costs in the quote. */
          rate: fxRateText,
          /** Of several sources of a pair and day the first recorded counts; the others are kept for comparison. */
          counts: z.boolean(),
        }),
      )
      .min(1),
  }),
});
