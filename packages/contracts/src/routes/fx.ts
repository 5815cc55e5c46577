import { z } from 'zod';
import { currency, day, fxRateText, instant } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listOf, listQuery } from './shared.js';

/** Most rates of one request. */
const ratesMost = 10_000;
const source = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'must be a name such as "ecb"');

const newFxRate = z.strictObject({ base: currency, quote: currency, date: day, rate: fxRateText, source }).meta({ id: 'NewFxRate' });
export type NewFxRateBody = z.infer<typeof newFxRate>;
export const fxRate = z
  .strictObject({
    base: currency,
    quote: currency,
    date: day,
    /** What one unit of the base costs in the quote. */
    rate: fxRateText,
    source,
    recordedAt: instant,
    /** Of several sources of a pair and day the first recorded counts. */
    counts: z.boolean(),
  })
  .meta({ id: 'FxRate' });
export const fxRateOutcome = z
  .discriminatedUnion('outcome', [
    z.strictObject({ outcome: z.literal('recorded'), rate: fxRate }),
    z.strictObject({ outcome: z.literal('known'), rate: fxRate }),
    z.strictObject({ outcome: z.literal('rejected'), rate: newFxRate, code: z.string(), why: z.string() }),
  ])
  .meta({ id: 'FxRateOutcome' });
export type FxRateOutcome = z.infer<typeof fxRateOutcome>;

export const recordFxRates = defineRoute({
  id: 'recordFxRates',
  service: 'commission',
  method: 'post',
  path: '/api/v1/fx-rates',
  permission: 'fx:write',
  tag: 'Rates',
  bodyLimitBytes: 4 * 1024 * 1024,
  summary: 'Record one exchange rate, or up to 10,000. The same again changes nothing',
  body: z.union([newFxRate, z.strictObject({ rates: z.array(newFxRate).min(1).max(ratesMost) })]),
  responses: {
    201: z.union([
      fxRateOutcome,
      z.strictObject({ outcomes: z.array(fxRateOutcome), recorded: z.int(), known: z.int(), rejected: z.int() }),
    ]),
  },
});
export const importFxRates = defineRoute({
  id: 'importFxRates',
  service: 'commission',
  method: 'post',
  path: '/api/v1/fx-rates/import',
  permission: 'fx:write',
  tag: 'Rates',
  bodyLimitBytes: 8 * 1024 * 1024,
  consumes: ['text/csv', 'application/xml'],
  summary: "Record the European Central Bank's reference rates: eurofxref-daily.xml, eurofxref-hist.xml or eurofxref-hist.csv",
  query: z.strictObject({ source: source.default('ecb'), from: day.optional(), to: day.optional() }),
  body: z.strictObject({ mediaType: z.enum(['text/csv', 'application/xml']), text: z.string().min(1) }),
  responses: {
    201: z
      .strictObject({
        days: z.int(),
        recorded: z.int(),
        known: z.int(),
        rejected: z.int(),
        /** Currencies of the file that ISO 4217 no longer has; their rates are left out. */
        skippedCurrencies: z.array(z.string()),
        /** The first hundred that were rejected. */
        firstRejected: z.array(fxRateOutcome).max(100),
      })
      .meta({ id: 'FxImport' }),
  },
});
export const listFxRates = defineRoute({
  id: 'listFxRates',
  service: 'commission',
  method: 'get',
  path: '/api/v1/fx-rates',
  permission: 'fx:read',
  tag: 'Rates',
  summary: 'Exchange rates, latest day first; `from` and `to` are days and belong to the range',
  query: listQuery({ base: currency.optional(), quote: currency.optional(), from: day.optional(), to: day.optional() }),
  responses: { 200: listOf(fxRate) },
});
