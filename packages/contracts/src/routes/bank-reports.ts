import { z } from 'zod';
import { currency, day, ids, instant, minorAmount, positiveAmount, sha256Hex, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listOf, listQuery } from './shared.js';

export const bankReportKinds = ['pain.002', 'camt.053', 'camt.054', 'csv'] as const;
export const reconciliationKinds = ['missing', 'extra', 'doubled', 'different', 'contradiction', 'unclear'] as const;

/** Signed: what left the account is positive, what came back negative. */
const totals = z.strictObject({ currency, book: minorAmount, bank: minorAmount, exceptions: minorAmount });
export const bankReport = z
  .strictObject({
    id: ids.bankReport,
    brandId: ids.brand,
    kind: z.enum(bankReportKinds),
    /** The file itself, so that the same one again gets the same answer. */
    sha256: sha256Hex,
    readAs: z.enum(['status', 'statement']),
    from: day.nullable(),
    to: day.nullable(),
    lines: z.int().nonnegative(),
    /** Lines that named a payout which they fit. */
    recognised: z.int().nonnegative(),
    /** Lines that stood in an earlier report already. */
    repeated: z.int().nonnegative(),
    /** Of a statement, by currency: book = bank + exceptions. */
    totals: z.array(totals),
    /** Every difference that this report showed, also those that an earlier one had shown. */
    itemIds: z.array(ids.reconciliationItem),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'BankReport' });
/** It was a cost of the brand after all, or the bank has put it right. */
const bookedTo = z.enum(['rail-fees', 'brand-funds']);
export const reconciliationItem = z
  .strictObject({
    id: ids.reconciliationItem,
    brandId: ids.brand,
    kind: z.enum(reconciliationKinds),
    payoutId: ids.payout.nullable(),
    /** Out of the brand's account, or back into it. */
    direction: z.enum(['out', 'back']),
    currency: z.string().nullable(),
    /** What the ledger says moved, and what the bank says; null where one of them says nothing. */
    bookAmount: positiveAmount.nullable(),
    bankAmount: positiveAmount.nullable(),
    /** Signed: book less bank; of a difference in what is said, not in what moved, zero. */
    difference: minorAmount,
    endToEndId: z.string().nullable(),
    bankReference: z.string().nullable(),
    detail: z.string(),
    bookedOn: day.nullable(),
    /** Null when no file showed it but a provider's callback. */
    reportId: ids.bankReport.nullable(),
    status: z.enum(['open', 'resolved']),
    openedBy: z.string(),
    openedAt: instant,
    resolution: z.string().nullable(),
    resolvedBy: z.string().nullable(),
    resolvedAt: instant.nullable(),
    /** Where what lay in suspense for it was said to belong; null when nothing did, or as long as it does. */
    bookedTo: bookedTo.nullable(),
  })
  .meta({ id: 'ReconciliationItem' });
const itemParams = z.strictObject({ itemId: ids.reconciliationItem });

export const uploadBankReport = defineRoute({
  id: 'uploadBankReport',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/brands/:brandId/bank-reports',
  permission: 'payout:approve',
  tag: 'Reconciliation',
  idempotent: true,
  bodyLimitBytes: 16 * 1024 * 1024,
  consumes: ['application/xml', 'text/csv'],
  summary: "Hand in a bank's file: pain.002, camt.053, camt.054 or CSV. It moves payouts on, and each difference becomes an open item",
  params: z.strictObject({ brandId: ids.brand }),
  query: z.strictObject({
    /** A camt.054 notifies, and is no statement, unless told so. */
    as: z.enum(['status', 'statement']).optional(),
  }),
  body: z.strictObject({ mediaType: z.enum(['application/xml', 'text/csv']), text: z.string().min(1) }),
  responses: { 201: bankReport },
});
export const listBankReports = defineRoute({
  id: 'listBankReports',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/bank-reports',
  permission: 'payout:read',
  tag: 'Reconciliation',
  summary: 'Files of banks, newest first',
  query: listQuery({ brandId: ids.brand.optional() }),
  responses: { 200: listOf(bankReport) },
});
export const getBankReport = defineRoute({
  id: 'getBankReport',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/bank-reports/:reportId',
  permission: 'payout:read',
  tag: 'Reconciliation',
  summary: "What a bank's file said, and what it differed in",
  params: z.strictObject({ reportId: ids.bankReport }),
  responses: { 200: bankReport },
});
export const listReconciliationItems = defineRoute({
  id: 'listReconciliationItems',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/reconciliation-items',
  permission: 'payout:read',
  tag: 'Reconciliation',
  summary: 'Differences between the ledger and the bank, newest first',
  query: listQuery({
    brandId: ids.brand.optional(),
    reportId: ids.bankReport.optional(),
    payoutId: ids.payout.optional(),
    kind: z.enum(reconciliationKinds).optional(),
    status: z.enum(['open', 'resolved']).optional(),
  }),
  responses: { 200: listOf(reconciliationItem) },
});
export const getReconciliationItem = defineRoute({
  id: 'getReconciliationItem',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/reconciliation-items/:itemId',
  permission: 'payout:read',
  tag: 'Reconciliation',
  summary: 'A difference between the ledger and the bank',
  params: itemParams,
  responses: { 200: reconciliationItem },
});
export const resolveReconciliationItem = defineRoute({
  id: 'resolveReconciliationItem',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/reconciliation-items/:itemId/resolve',
  permission: 'payout:approve',
  tag: 'Reconciliation',
  idempotent: true,
  summary: 'Say what a difference came of, and where money in suspense belongs. Who handed in the file that showed it cannot',
  params: itemParams,
  body: z.strictObject({
    resolution: text(500),
    /** Where what lies in suspense belongs; required where something does. */
    bookTo: bookedTo.optional(),
  }),
  responses: { 200: reconciliationItem },
});
export const receiveRailCallback = defineRoute({
  id: 'receiveRailCallback',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/rail-callbacks/:rail/:fundingAccountId',
  permission: 'public',
  tag: 'Reconciliation',
  summary: 'What a payment provider calls back with, signed for the funding account',
  params: z.strictObject({ rail: z.enum(['paypal', 'stripe']), fundingAccountId: ids.fundingAccount }),
  responses: { 200: z.strictObject({ received: z.boolean() }) },
});
