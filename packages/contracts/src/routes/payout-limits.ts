import { z } from 'zod';
import { currency, ids, instant, positiveAmount } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

const days = z.int().min(1).max(366);

/** How much may go out, in minor units of the currency; null: as much as is owed. Amounts are what the partner gets: after fees. */
const limits = {
  /** Of one payout. */
  perPayout: positiveAmount.nullable().default(null),
  /** To one partner, and by the brand, on one day on the brand's clocks. */
  partnerPerDay: positiveAmount.nullable().default(null),
  brandPerDay: positiveAmount.nullable().default(null),
  /** To a partner in all, for so many days after he was enrolled. */
  newPartner: z.strictObject({ days, amount: positiveAmount }).nullable().default(null),
  /** To a partner's account, until a payout to it has settled. */
  firstPayout: positiveAmount.nullable().default(null),
  /** So many payouts to one partner within so many days. */
  velocity: z
    .strictObject({ payouts: z.int().min(1).max(10_000), days })
    .nullable()
    .default(null),
};

export const payoutLimits = z
  .strictObject({
    brandId: ids.brand,
    currency,
    version: z.int().positive(),
    ...limits,
    reason: z.string(),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'PayoutLimits' });

export const setPayoutLimits = defineRoute({
  id: 'setPayoutLimits',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/brands/:brandId/payout-limits',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Say how much of a currency a brand may pay: a new version of its limits, which counts at once',
  params: z.strictObject({ brandId: ids.brand }),
  query: dryRunQuery,
  body: z.strictObject({
    /** The brand's own, when left out. */
    currency: currency.optional(),
    ...limits,
    reason: z.string().trim().min(1).max(500),
  }),
  responses: { 201: payoutLimits },
});
export const listPayoutLimits = defineRoute({
  id: 'listPayoutLimits',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-limits',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'Limits of what brands pay, each with all its versions, newest first',
  query: listQuery({ brandId: ids.brand.optional(), currency: currency.optional() }),
  responses: { 200: listOf(payoutLimits) },
});
