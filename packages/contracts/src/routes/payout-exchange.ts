import { z } from 'zod';
import { ids, instant } from '../common.js';
import { defineRoute } from '../define-route.js';
import { exchangePair } from '../events/exchange.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

const source = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'must be a name such as "ecb"');

export const payoutExchangePolicy = z
  .strictObject({
    brandId: ids.brand,
    version: z.int().positive(),
    /** Whose rates; null: of several sources of a pair and day the first recorded. */
    source: source.nullable(),
    pairs: z.array(exchangePair),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'PayoutExchangePolicy' });

export const createPayoutExchangePolicy = defineRoute({
  id: 'createPayoutExchangePolicy',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/brands/:brandId/payout-exchange-policies',
  permission: 'payout:build',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary:
    'Say in which other currencies a brand pays, at whose rates, and what that costs whom: a new version, for runs built from now on',
  params: z.strictObject({ brandId: ids.brand }),
  query: dryRunQuery,
  body: z.strictObject({ source: source.nullable().default(null), pairs: z.array(exchangePair).max(500) }),
  responses: { 201: payoutExchangePolicy },
});
export const listPayoutExchangePolicies = defineRoute({
  id: 'listPayoutExchangePolicies',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-exchange-policies',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'In which other currencies brands pay, each with all its versions, newest first',
  query: listQuery({ brandId: ids.brand.optional() }),
  responses: { 200: listOf(payoutExchangePolicy) },
});
