import { z } from 'zod';
import { currency, ids, instant, minorAmount, period, sha256Hex, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { payoutCharge, runStages } from '../events/payouts.js';
import { fundingRails, payoutMethod } from './payout-methods.js';
import { earnedUntil } from './payout-schedules.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

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
const payoutStatus = z.enum(['draft', 'approved', 'cleared', 'submitted', 'unknown', 'settled', 'failed', 'returned']);
export const payout = z
  .strictObject({
    id: ids.payout,
    runId: ids.run,
    partnerId: ids.partner,
    brandId: ids.brand,
    amount: minorAmount,
    /** Fees, taxes and the like: the amount is the sum of the lines and the charges. */
    charges: z.array(payoutCharge),
    feeWaived: minorAmount,
    currency,
    /** The one row of the brand's table for payouts that decided who approves it, and what it saw. Null: from before there were tables. */
    routing: z
      .strictObject({
        policyVersion: z.int().nullable(),
        row: z.string(),
        outcome: z.enum(['manager', 'finance', 'manager-and-finance']),
        facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()])),
      })
      .nullable(),
    status: payoutStatus,
    sandbox: z.boolean(),
    rail: z.string(),
    railKey: z.string().nullable(),
    railReference: z.string().nullable(),
    reason: z.string().nullable(),
    lineCount: z.int(),
    lines: z.array(z.strictObject({ entryId: ids.entry, amount: minorAmount })),
    createdAt: instant,
    settledAt: instant.nullable(),
    /** A risk hit came after the clearance: it was stopped, or it was too late and somebody has to look. Null: none came. */
    recall: z.strictObject({ outcome: z.enum(['stopped', 'too-late']), recalledAt: instant }).nullable(),
  })
  .meta({ id: 'Payout' });
export const payoutRun = z
  .strictObject({
    id: ids.run,
    status: z.enum(['draft', 'sealed', 'cleared', 'refused', 'cancelled', 'submitting', 'submitted', 'completed']),
    /** Built by a person, or by a brand's schedule for a month. */
    kind: z.enum(['by-hand', 'schedule', 'withdrawal']),
    period: period.nullable(),
    scheduleVersion: z.int().nullable(),
    asOf: instant,
    /** The last millisecond of which earnings are in, by brand; none: `asOf`. */
    cutOffs: z.array(z.strictObject({ brandId: ids.brand, earnedUntil: instant })),
    include: z.array(ids.partner).nullable(),
    exclude: z.array(ids.partner),
    brandIds: z.array(ids.brand),
    currency: currency.nullable(),
    minimum: minorAmount.nullable(),
    contentHash: z.string(),
    /** The same for a dry run and for the real one that does what it said. */
    planHash: sha256Hex,
    builtBy: z.string(),
    /** Who has to approve it, in this order; the strictest that its payouts need. */
    stages: z.array(z.strictObject({ stage: z.enum(runStages), approvedBy: z.string().nullable(), approvedAt: instant.nullable() })),
    approvedBy: z.string().nullable(),
    submitRequested: z.boolean(),
    reason: z.string().nullable(),
    totals: z.array(z.strictObject({ currency, amount: minorAmount, payouts: z.int() })),
    /** Balances left out, by reason (below minimum, no method, negative...). */
    leftOut: z.array(
      z.strictObject({
        partnerId: ids.partner,
        brandId: ids.brand,
        currency,
        amount: minorAmount,
        reason: z.string(),
        /** Of `not-eligible`: the rule that does not hold. */
        rule: z.string().optional(),
      }),
    ),
    payouts: z.array(payout),
    createdAt: instant,
  })
  .meta({ id: 'PayoutRun' });
export const balance = z
  .strictObject({
    partnerId: ids.partner,
    asOf: instant,
    knownAt: instant,
    balances: z.array(
      z.strictObject({
        brandId: ids.brand,
        currency,
        accrued: minorAmount,
        reversed: minorAmount,
        rejected: minorAmount,
        pending: minorAmount,
        held: minorAmount,
        approved: minorAmount,
        payable: minorAmount,
        inPayout: minorAmount,
        paid: minorAmount,
        receivable: minorAmount,
        writtenOff: minorAmount,
        fees: minorAmount,
        taxWithheld: minorAmount,
        /** Paid on top of what was earned: below zero. */
        vat: minorAmount,
        offset: minorAmount,
        exchanged: minorAmount,
      }),
    ),
  })
  .meta({ id: 'Balance' });
const runParams = z.strictObject({ runId: ids.run });
const payoutParams = z.strictObject({ payoutId: ids.payout });

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
    z.strictObject({ kind: z.literal('bank-account'), account: bankAccount, brandIds: z.array(ids.brand).optional() }),
    z.strictObject({
      kind: z.literal('us-bank-account'),
      account: usBankAccount.extend({ type: z.enum(['checking', 'savings']), holder: z.enum(['person', 'company']) }),
      brandIds: z.array(ids.brand).optional(),
    }),
    z.strictObject({
      kind: z.literal('paypal'),
      account: z.strictObject({ name: text(140), email: z.email().max(127) }),
      brandIds: z.array(ids.brand).optional(),
    }),
    z.strictObject({
      kind: z.literal('stripe'),
      account: z.strictObject({ name: text(140), accountId: z.string().regex(/^acct_[A-Za-z0-9]{1,40}$/, 'must be a connected account') }),
      brandIds: z.array(ids.brand).optional(),
    }),
    z.strictObject({
      kind: z.literal('simulated'),
      account: z.strictObject({ name: text(140), behaviour: z.string().max(40).optional() }),
      brandIds: z.array(ids.brand).optional(),
    }),
  ]),
  responses: { 201: payoutMethod },
});
export const getBalance = defineRoute({
  id: 'getBalance',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/partners/:partnerId/balance',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: "A partner's balance per brand and currency, with every term of the balance equation",
  params: z.strictObject({ partnerId: ids.partner }),
  query: z.strictObject({ asOf: instant.optional(), knownAt: instant.optional() }),
  responses: { 200: balance },
});
export const createRun = defineRoute({
  id: 'createRun',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-runs',
  permission: 'payout:build',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Claim what is payable into a run of payouts',
  query: dryRunQuery,
  body: z.strictObject({
    asOf: instant.optional(),
    /** The cut-off: only what was earned until then; what is taken back counts whenever it happened. `asOf`, when left out. */
    earnedUntil: earnedUntil.optional(),
    brandIds: z.array(ids.brand).min(1).max(100).optional(),
    currency: currency.optional(),
    /** In each currency; otherwise that of the schedule of brand and currency, otherwise the brand's own. */
    minimum: z.int().nonnegative().optional(),
    /** Only these partners. */
    include: z.array(ids.partner).min(1).max(5000).optional(),
    /** Not these partners: their balances are left out as `excluded`. */
    exclude: z.array(ids.partner).min(1).max(5000).optional(),
    /** Of a dry run: when the run would be another by now, none is built (412). */
    planHash: sha256Hex.optional(),
  }),
  responses: { 201: payoutRun },
});
export const createWithdrawal = defineRoute({
  id: 'createWithdrawal',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/partners/:partnerId/withdrawals',
  permission: 'payout:build',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: "Pay a partner's balance before it has reached the minimum, on the terms of the schedule: a run of one payout, less the fee",
  params: z.strictObject({ partnerId: ids.partner }),
  query: dryRunQuery,
  body: z.strictObject({ brandId: ids.brand, currency: currency.optional() }),
  responses: { 201: payoutRun },
});
export const getRun = defineRoute({
  id: 'getRun',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-runs/:runId',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'A run',
  params: runParams,
  responses: { 200: payoutRun },
});
export const listRuns = defineRoute({
  id: 'listRuns',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-runs',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'Runs',
  query: listQuery({ status: z.string().optional() }),
  responses: { 200: listOf(payoutRun) },
});
export const approveRun = defineRoute({
  id: 'approveRun',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-runs/:runId/approve',
  permission: 'payout:confirm',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Approve the next stage of a run; the last one, by finance, seals it. Who built it cannot, and nobody twice',
  params: runParams,
  query: dryRunQuery,
  responses: { 200: payoutRun },
});
export const submitRun = defineRoute({
  id: 'submitRun',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-runs/:runId/submit',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Send it to the rails as soon as its content is cleared',
  params: runParams,
  query: dryRunQuery,
  responses: { 202: payoutRun },
});
export const cancelRun = defineRoute({
  id: 'cancelRun',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-runs/:runId/cancel',
  permission: 'payout:build',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Give up a run that has not been asked to go out: what it claimed is payable again',
  params: runParams,
  query: dryRunQuery,
  body: z.strictObject({ reason: text(500) }),
  responses: { 200: payoutRun },
});
export const getBankFile = defineRoute({
  id: 'getBankFile',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-runs/:runId/bank-file',
  permission: 'payout:approve',
  tag: 'Payouts',
  summary: 'The ISO 20022 pain.001 file(s) of a run',
  params: runParams,
  query: z.strictObject({ brandId: ids.brand.optional() }),
  produces: 'application/xml',
  responses: { 200: z.string() },
});
export const getPaymentFile = defineRoute({
  id: 'getPaymentFile',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-runs/:runId/payment-files/:rail',
  permission: 'payout:approve',
  tag: 'Payouts',
  summary: 'The file of a run for the bank of a brand: pain.001, NACHA or CSV',
  params: z.strictObject({ runId: ids.run, rail: z.enum(['bank-file', 'nacha-file', 'csv-file']) }),
  query: z.strictObject({ brandId: ids.brand }),
  produces: 'application/octet-stream',
  responses: { 200: z.string() },
});
export const reportSettlement = defineRoute({
  id: 'reportSettlement',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-runs/:runId/settlements',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Report what the bank says of payouts of a run',
  params: runParams,
  body: z.strictObject({
    settlements: z
      .array(
        z.strictObject({
          payoutId: ids.payout,
          outcome: z.enum(['settled', 'failed', 'returned']),
          reference: text(200).optional(),
          reason: text(200).optional(),
        }),
      )
      .min(1)
      .max(1000),
  }),
  responses: { 200: payoutRun },
});
export const listPayouts = defineRoute({
  id: 'listPayouts',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payouts',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'Payouts',
  query: listQuery({
    runId: ids.run.optional(),
    partnerId: ids.partner.optional(),
    brandId: ids.brand.optional(),
    status: payoutStatus.optional(),
  }),
  responses: { 200: listOf(payout) },
});
export const getPayout = defineRoute({
  id: 'getPayout',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payouts/:payoutId',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'A payout with its lines',
  params: payoutParams,
  responses: { 200: payout },
});
