import { z } from 'zod';
import { currency, ids, instant, minorAmount, period, sha256Hex, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { payoutExchange } from '../events/exchange.js';
import { payoutCharge, runStages } from '../events/payouts.js';
import { earnedUntil } from './payout-schedules.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

const payoutStatus = z.enum(['draft', 'approved', 'cleared', 'submitted', 'unknown', 'settled', 'failed', 'returned']);
export const payout = z
  .strictObject({
    id: ids.payout,
    runId: ids.run,
    partnerId: ids.partner,
    brandId: ids.brand,
    amount: minorAmount,
    /** Fees, taxes and the like: the amount is the sum of the lines and the charges, exchanged where there is an `exchange`. */
    charges: z.array(payoutCharge),
    /** When it is paid in another currency than it was earned in; the lines and charges are in that one. */
    exchange: payoutExchange.nullable(),
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
const leftOut = z.strictObject({
  partnerId: ids.partner,
  brandId: ids.brand,
  currency,
  amount: minorAmount,
  reason: z.string(),
  /** Of `not-eligible`: the rule that does not hold; of `over-limit`: the limit. */
  rule: z.string().optional(),
});
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
    /** Balances left out, by reason (below minimum, no method, negative...): the first thousand of `leftOutCount`; all are listed by themselves. */
    leftOut: z.array(leftOut),
    leftOutCount: z.int(),
    /** The first thousand of `payoutCount`, and without lines where all have more than 5,000; all are in the list of payouts. */
    payouts: z.array(payout),
    payoutCount: z.int(),
    createdAt: instant,
  })
  .meta({ id: 'PayoutRun' });
const runParams = z.strictObject({ runId: ids.run });
const payoutParams = z.strictObject({ payoutId: ids.payout });

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
export const listLeftOut = defineRoute({
  id: 'listLeftOut',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-runs/:runId/left-out',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'The balances that a run leaves out, and why',
  params: runParams,
  query: listQuery({}),
  responses: { 200: listOf(leftOut) },
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
