import { z } from 'zod';
import { businessInstant, currency, day, ids, instant } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listQuery } from './shared.js';

/** What a partner's traffic is scored by. */
export const qualityFigures = ['retention', 'volume', 'value', 'refunds'] as const;
export type QualityFigure = (typeof qualityFigures)[number];

const share = z.string().regex(/^[01](\.\d{1,12})?$/, 'must be a decimal string from "0" to "1"');
/** How much each figure counts: exact decimals whose sum is 1. */
export const qualityWeights = z
  .strictObject({ retention: share, volume: share, value: share, refunds: share })
  .meta({ id: 'QualityWeights' });
export type QualityWeights = z.infer<typeof qualityWeights>;

export const setQualityWeights = defineRoute({
  id: 'setQualityWeights',
  service: 'insights',
  method: 'post',
  path: '/api/v1/quality-weights',
  permission: 'insight:write',
  tag: 'Insights',
  idempotent: true,
  summary: "Say how much each figure counts in the scores of a brand's partners; the sum is 1. Earlier weights stay with earlier times",
  body: z.strictObject({
    brandId: ids.brand,
    weights: qualityWeights,
    /** Now, when left out. */
    effectiveFrom: businessInstant.optional(),
  }),
  responses: {
    201: z
      .strictObject({
        brandId: ids.brand,
        weights: qualityWeights,
        effectiveFrom: instant,
        recordedAt: instant,
        recordedBy: z.string(),
      })
      .meta({ id: 'QualityWeightsSet' }),
  },
});

/** An exact number: a decimal where one is exact (`0.75`), else a fraction (`1/3`). */
const exact = z.string();
const scoredFigure = z
  .strictObject({
    /** Retention and refunds: a share; volume: conversions; value: minor units of the brand's currency. */
    figure: exact,
    /** From 0 to 1, the best of the partners compared. */
    ofBest: exact,
    weight: exact,
    /** `weight` times `ofBest`: what it adds to the score. */
    product: exact,
  })
  .meta({ id: 'ScoredFigure' });
export const partnerQuality = z
  .strictObject({
    partnerId: ids.partner,
    /** Sum of the products: from 0 to 1. */
    score: exact,
    figures: z.strictObject({ retention: scoredFigure, volume: scoredFigure, value: scoredFigure, refunds: scoredFigure }),
    /** Customers with a conversion in the days asked for, and how many of them came back. */
    customers: z.int(),
    retained: z.int(),
    /** Conversions and refunds in another currency than the brand's: no part of value and refunds. */
    inOtherCurrencies: z.int(),
  })
  .meta({ id: 'PartnerQuality' });

export const getPartnerQuality = defineRoute({
  id: 'getPartnerQuality',
  service: 'insights',
  method: 'get',
  path: '/api/v1/insights/partner-quality',
  permission: 'insight:read',
  tag: 'Insights',
  summary: "A brand's partners by the quality of their traffic, best first; `from` and `to` are days of the brand and belong to the range",
  query: listQuery({
    brandId: ids.brand,
    from: day,
    to: day,
    /** A customer came back who has a further conversion of the same kind at least as many days after his first. */
    retentionDays: z.coerce.number().int().min(1).max(3650).default(30),
  }).refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before from' }),
  responses: {
    200: z.strictObject({
      brandId: ids.brand,
      currency,
      weights: qualityWeights,
      /** Since when these weights count; null: nobody has said any, and these are ours. */
      weightsFrom: instant.nullable(),
      /** How many partners were compared: all with a conversion or a refund in the range. */
      compared: z.int(),
      data: z.array(partnerQuality),
      nextCursor: z.string().nullable(),
    }),
  },
});
