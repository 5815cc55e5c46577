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

const bankAccount = z.strictObject({
  name: text(140),
  iban: z.string().min(15).max(42),
  bic: z
    .string()
    .regex(/^[A-Z0-9]{8}([A-Z0-9]{3})?$/)
    .optional(),
});
/** A bank account in the United States: the routing number of the bank, and the account in it. */
const usBankAccount = z.strictObject({
  name: text(140),
  routingNumber: z.string().regex(/^\d{9}$/, 'must be nine digits'),
  accountNumber: z.string().regex(/^[A-Z0-9-]{1,17}$/, 'must be up to 17 digits, capital letters and hyphens'),
});
/** What a provider gave to sign in and to know its callbacks by. Kept encrypted, and never shown. */
const secret = z.string().min(8).max(200);
export const fundingAccount = z
  .strictObject({
    id: ids.fundingAccount,
    brandId: ids.brand,
    rail: z.enum(fundingRails),
    accountHint: z.string(),
    status: z.enum(['active', 'disabled']),
    createdAt: instant,
  })
  .meta({ id: 'FundingAccount' });

export const createFundingAccount = defineRoute({
  id: 'createFundingAccount',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/brands/:brandId/funding-accounts',
  permission: 'funding:write',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Say what a brand pays from. A brand without one is in sandbox',
  params: z.strictObject({ brandId: ids.brand }),
  body: z.discriminatedUnion('rail', [
    z.strictObject({ rail: z.literal('bank-file'), account: bankAccount }),
    z.strictObject({
      rail: z.literal('nacha-file'),
      account: usBankAccount.extend({
        bankName: text(23),
        /** The number under which the bank knows who sends: often 1 and the employer identification number. */
        companyId: z.string().regex(/^[A-Z0-9]{10}$/, 'must be ten digits or capital letters'),
      }),
    }),
    z.strictObject({ rail: z.literal('csv-file'), account: bankAccount }),
    z.strictObject({
      rail: z.literal('paypal'),
      account: z.strictObject({ name: text(140), clientId: secret, clientSecret: secret, webhookId: secret }),
    }),
    z.strictObject({
      rail: z.literal('stripe'),
      account: z.strictObject({ name: text(140), secretKey: secret, webhookSecret: secret }),
    }),
    z.strictObject({ rail: z.literal('simulated-api'), account: z.strictObject({ name: text(140) }) }),
  ]),
  responses: { 201: fundingAccount },
});

const anyMethod = {
  brandIds: z.array(ids.brand).optional(),
  /** In which currency the partner wants to be paid, where the brand exchanges into it; absent: in the one that was earned. */
  payoutCurrency: currency.optional(),
};
export const createPayoutMethod = defineRoute({
  id: 'createPayoutMethod',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/partners/:partnerId/payout-methods',
  permission: 'payout-method:write',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Say how a partner is paid. Usable once another person has verified it; a change also only after a cooling period',
  params: z.strictObject({ partnerId: ids.partner }),
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('bank-account'), account: bankAccount, ...anyMethod }),
    z.strictObject({
      kind: z.literal('us-bank-account'),
      account: usBankAccount.extend({ type: z.enum(['checking', 'savings']), holder: z.enum(['person', 'company']) }),
      ...anyMethod,
    }),
    z.strictObject({
      kind: z.literal('paypal'),
      account: z.strictObject({ name: text(140), email: z.email().max(127) }),
      ...anyMethod,
    }),
    z.strictObject({
      kind: z.literal('stripe'),
      account: z.strictObject({ name: text(140), accountId: z.string().regex(/^acct_[A-Za-z0-9]{1,40}$/, 'must be a connected account') }),
      ...anyMethod,
    }),
    z.strictObject({
      kind: z.literal('simulated'),
      account: z.strictObject({ name: text(140), behaviour: z.string().max(40).optional() }),
      ...anyMethod,
    }),
  ]),
  responses: { 201: payoutMethod },
});

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
