import { z } from 'zod';
import { currency, day, fxRateText, ids, instant, positiveAmount, rate } from '../common.js';
import { defineEvent } from '../define-event.js';

/** Who bears what an exchange costs. */
export const exchangeBearer = z.enum(['partner', 'brand']);

/** How a payout was exchanged; fixed when its run is built. */
export const payoutExchange = z.strictObject({
  /** What is exchanged, in minor units of `currency`: the sum of the lines and the charges. */
  amount: positiveAmount,
  currency,
  /** What one unit of it costs in the currency of the payout, exactly: `"3"`, or `"2000/2169"`. */
  rate: z.string().regex(/^\d{1,80}(\/\d{1,80})?$/, 'must be a fraction such as "7/2"'),
  /** Names the recorded rates that it was made from. */
  rateId: z.string().min(1).max(200),
  /** The day whose rate was asked for. */
  day,
  /** The recorded rates, from the currency earned to the one paid: one, or two by way of a third currency. */
  rates: z
    .array(z.strictObject({ base: currency, quote: currency, date: day, rate: fxRateText, source: z.string() }))
    .min(1)
    .max(2),
  rounding: z.literal('half-even'),
  /** What it costs, in minor units of `currency`. Borne by the partner it is one of the charges. */
  fee: positiveAmount,
  bearer: exchangeBearer,
});
export type PayoutExchange = z.infer<typeof payoutExchange>;

/** A pair of currencies that a brand exchanges for its partners, and what that costs. */
export const exchangePair = z.strictObject({
  /** What was earned, and what is paid. */
  from: currency,
  to: currency,
  /** A share of what is exchanged, such as `"0.01"`, and a fixed amount in minor units of `from`. */
  percent: rate.default('0').refine((text) => !text.startsWith('-') && Number(text) < 1, 'must be from 0 to less than 1'),
  fixed: positiveAmount.default(0),
  bearer: exchangeBearer.default('partner'),
});

export const exchangePolicyChanged = defineEvent({
  type: 'payouts.exchange-policy.changed.v1',
  kind: 'fact',
  lane: 'control',
  rank: 6,
  producer: 'payouts',
  consumers: [],
  summary: 'A brand says anew in which other currencies it pays, at whose rates, and what that costs whom.',
  schema: z.strictObject({
    brandId: ids.brand,
    version: z.int().positive(),
    /** Whose rates; null: those that count. */
    source: z.string().nullable(),
    pairs: z.array(exchangePair),
    changedBy: z.string(),
    changedAt: instant,
  }),
});
