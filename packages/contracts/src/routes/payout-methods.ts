import { z } from 'zod';
import { currency, ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const fundingRails = ['bank-file', 'nacha-file', 'csv-file', 'paypal', 'stripe', 'simulated-api'] as const;
export const payoutMethodKinds = ['bank-account', 'us-bank-account', 'paypal', 'stripe', 'simulated'] as const;
export const payoutMethod = z
  .strictObject({
    id: ids.payoutMethod,
    partnerId: ids.partner,
    kind: z.enum(payoutMethodKinds),
    accountHint: z.string(),
    brandIds: z.array(ids.brand),
    /** In which currency the partner wants to be paid; null: in the one that was earned. */
    payoutCurrency: currency.nullable(),
    /** The end of the cooling period. */
    usableFrom: instant,
    status: z.enum(['active', 'disabled']),
    /** Only what another person has verified is paid. */
    verification: z.enum(['waiting', 'verified', 'not-needed']),
    createdBy: z.string(),
    createdAt: instant,
    verifiedBy: z.string().nullable(),
    verifiedAt: instant.nullable(),
    disabledReason: z.string().nullable(),
    /** When a bank sent a payout back from there: nothing more goes there until it is verified anew. */
    returnedAt: instant.nullable(),
  })
  .meta({ id: 'PayoutMethod' });

const params = z.strictObject({ payoutMethodId: ids.payoutMethod });

export const listPayoutMethods = defineRoute({
  id: 'listPayoutMethods',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/partners/:partnerId/payout-methods',
  permission: 'payout-method:read',
  tag: 'Payouts',
  summary: 'How a partner is paid, and was, newest first; without account data',
  params: z.strictObject({ partnerId: ids.partner }),
  query: listQuery({}),
  responses: { 200: listOf(payoutMethod) },
});
export const verifyPayoutMethod = defineRoute({
  id: 'verifyPayoutMethod',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-methods/:payoutMethodId/verify',
  permission: 'payout-method:verify',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: "Confirm that an account is the partner's. Who entered it cannot",
  params,
  query: dryRunQuery,
  body: z.strictObject({ means: z.enum(['prenote', 'holder-match', 'call-back']) }),
  responses: { 200: payoutMethod },
});
export const disablePayoutMethod = defineRoute({
  id: 'disablePayoutMethod',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-methods/:payoutMethodId/disable',
  permission: 'payout-method:write',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Freeze an account for good: nothing goes there any more',
  params,
  query: dryRunQuery,
  body: z.strictObject({ reason: text(500) }),
  responses: { 200: payoutMethod },
});
