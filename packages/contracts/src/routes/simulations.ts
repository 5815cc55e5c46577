import { z } from 'zod';
import { businessInstant, currency, ids, instant, largestReportedAmount, minorAmount, period, positiveAmount, text } from '../common.js';
import { conversionDetails } from '../conversion-details.js';
import { defineRoute } from '../define-route.js';
import { statementWaterfall } from '../statements.js';
import { conversionKind, dealTerms } from '../terms.js';
import { dealChange } from './deal-templates.js';

/** Where a run in the background stands. `done` and `total` count conversions. */
export const rehearsalState = {
  status: z.enum(['queued', 'running', 'done', 'failed']),
  progress: z.strictObject({ done: z.int(), total: z.int() }),
  /** Why it failed: the code of a rejection, `took-too-long` or `internal-error`. */
  failure: z.string().nullable(),
  actorId: z.string(),
  requestedAt: instant,
  finishedAt: instant.nullable(),
};

const compared = { before: minorAmount, after: minorAmount, difference: minorAmount };
/** Share of the revenue as a decimal string; null where there is no revenue in that currency. */
const shares = { before: z.string().nullable(), after: z.string().nullable() };

const simulated = z.strictObject({
  /** Conversions of the brand and period that were rated, and those of them whose commission would change. */
  conversions: z.int(),
  touched: z.int(),
  /** Versions that would be written, and the deals of a template that would be left out. */
  deals: z.int(),
  exceptions: z.array(z.strictObject({ dealId: ids.deal, reason: z.string() })),
  totals: z.array(z.strictObject({ currency, ...compared })),
  partners: z.array(
    z.strictObject({
      partnerId: ids.partner,
      touched: z.int(),
      /** `period` is the month of the books that a posting goes into. */
      lines: z.array(z.strictObject({ component: z.string(), period, currency, ...compared })),
      /** By band, where explanations name one: exact sums before caps, rounded once. */
      bands: z.array(z.strictObject({ component: z.string(), band: z.string(), currency, ...compared })),
    }),
  ),
  /** What everybody earns of the conversions concerned, as a share of their revenue, and the partner whose conversions cost the largest share then. */
  margin: z.array(
    z.strictObject({
      currency,
      revenue: minorAmount,
      ...shares,
      highest: z.strictObject({ partnerId: ids.partner, revenue: minorAmount, ...shares }).nullable(),
    }),
  ),
});

export const simulation = z
  .strictObject({
    id: ids.simulation,
    brandId: ids.brand,
    from: instant,
    to: instant.nullable(),
    ...rehearsalState,
    result: simulated.nullable(),
  })
  .meta({ id: 'Simulation' });

/** What happened from `from` on and, unless it is left out, before `to` is reported. */
const stretch = { brandId: ids.brand, from: businessInstant, to: businessInstant.optional() };
const dealId = ids.deal;
const effectiveFrom = businessInstant;

export const createSimulation = defineRoute({
  id: 'createSimulation',
  service: 'commission',
  method: 'post',
  path: '/api/v1/simulations',
  permission: 'deal:write',
  tag: 'Deals',
  idempotent: true,
  summary: 'What an amendment would do to a period, before it is activated: the same code, rolled back',
  body: z
    .union([
      /** A version that does not count yet. */
      z.strictObject({ ...stretch, dealId, version: z.int().positive() }),
      z.strictObject({ ...stretch, dealId, terms: dealTerms, effectiveFrom }),
      /** A bulk amendment of all deals of a template that are in force. */
      z.strictObject({ ...stretch, templateId: ids.dealTemplate, change: dealChange, effectiveFrom }),
      z.strictObject({ ...stretch, templateId: ids.dealTemplate, terms: dealTerms, effectiveFrom }),
    ])
    .refine(({ from, to }) => to === undefined || Date.parse(from) < Date.parse(to), { path: ['to'], error: 'must be after from' }),
  responses: { 202: simulation },
});
export const getSimulation = defineRoute({
  id: 'getSimulation',
  service: 'commission',
  method: 'get',
  path: '/api/v1/simulations/:simulationId',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'How far a simulation has come, and its result',
  params: z.strictObject({ simulationId: ids.simulation }),
  responses: { 200: simulation },
});

const ruleTried = z.strictObject({ rule: z.string(), passed: z.boolean(), detail: z.string() });
const step = z.strictObject({ step: z.string(), formula: z.string(), value: z.string() });

export const previewDeal = defineRoute({
  id: 'previewDeal',
  service: 'commission',
  method: 'post',
  path: '/api/v1/deals/preview',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'What terms would make of one event of a partner, as it stands now; nothing is stored',
  body: z.strictObject({
    brandId: ids.brand,
    partnerId: ids.partner,
    programId: ids.program.optional(),
    terms: dealTerms,
    event: z
      .strictObject({
        kind: conversionKind.refine((kind) => kind !== 'refund' && kind !== 'chargeback', 'must not be a reversal'),
        occurredAt: businessInstant,
        amount: positiveAmount.max(largestReportedAmount).nullable().default(null),
        currency: currency.nullable().default(null),
        customerId: ids.customer.optional(),
        details: conversionDetails.optional(),
        /** Partners whose links the customer followed, first to last. */
        touches: z.array(ids.partner).max(100).optional(),
      })
      .refine(({ amount, currency }) => amount === null || currency !== null, {
        path: ['currency'],
        error: 'an amount needs its currency',
      }),
  }),
  responses: {
    200: z
      .strictObject({
        outcome: z.string(),
        reason: z.string().nullable(),
        /** One for each entry that the event would make. */
        lines: z.array(
          z.strictObject({
            partnerId: ids.partner,
            dealId: ids.deal,
            component: z.string(),
            amount: minorAmount,
            currency,
            period,
            rules: z.array(ruleTried),
            steps: z.array(step),
          }),
        ),
        /** What it would change of other conversions: a scale that goes back, a customer who now counts. */
        others: z.array(
          z.strictObject({ conversionId: ids.conversion, partnerId: ids.partner, component: text(60), amount: minorAmount, currency }),
        ),
        /**
         * What is rated by the month, by the proposed terms without and with the event: the month in which it lies, and later ones that it
         * changes. `difference` is what is posted of it: at the close, or as a late fact where the month is closed.
         */
        months: z.array(
          z.strictObject({
            partnerId: ids.partner,
            dealId: ids.deal,
            component: z.string(),
            period,
            currency,
            ...compared,
            /** Gross to net with the event, as the statement shows it. */
            waterfalls: z.array(statementWaterfall),
          }),
        ),
      })
      .meta({ id: 'DealPreview' }),
  },
});
