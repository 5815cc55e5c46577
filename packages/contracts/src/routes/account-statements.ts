import { z } from 'zod';
import { businessPeriod, currency, ids, instant, minorAmount, period, sha256Hex } from '../common.js';
import { defineRoute } from '../define-route.js';
import { payoutExchange } from '../events/exchange.js';
import { payoutCharge } from '../events/payouts.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

/** What moved an account. What has a sign of its own is told by it: a payout is below zero, and one that came back above. */
export const statementLineKinds = [
  'commission',
  'reversal',
  'rejection',
  'write-off',
  'payout',
  'payout-returned',
  'fee',
  'exchange-fee',
  'withholding',
  'vat',
  'offset',
  'exchange',
  'other',
] as const;
export type StatementLineKind = (typeof statementLineKinds)[number];
const kind = z.enum(statementLineKinds);

/** Minor units; above zero is owed to the partner, below zero the partner owes. */
const statement = {
  id: ids.accountStatement,
  brandId: ids.brand,
  /** As the brand was called then. */
  brandName: z.string(),
  /** Runs on without a gap in each brand. */
  number: z.int().positive(),
  partnerId: ids.partner,
  currency,
  period,
  /** On whose clocks the month ended. */
  timeZone: z.string(),
  /** The end of the month: everything booked before it that no earlier statement holds is in. */
  bookedBefore: instant,
  /** Null: it is the first of the account. */
  previousId: ids.accountStatement.nullable(),
  opening: minorAmount,
  /** `opening` plus every line. */
  closing: minorAmount,
  /** By where what is owed lies; `payable` below zero: the partner owes it. */
  closingBy: z.strictObject({
    pending: minorAmount,
    held: minorAmount,
    approved: minorAmount,
    payable: minorAmount,
    inPayout: minorAmount,
  }),
  /** The lines by kind. */
  totals: z.array(z.strictObject({ kind, amount: minorAmount, lines: z.int() })),
  lineCount: z.int().nonnegative(),
  linesHash: sha256Hex,
  /** SHA-256 of the canonical JSON of all this but `contentHash`. */
  contentHash: sha256Hex,
  issuedAt: instant,
};
export const accountStatement = z.strictObject(statement).meta({ id: 'AccountStatement' });
export const accountStatementLine = z
  .strictObject({
    number: z.int().positive(),
    kind,
    amount: minorAmount,
    bookedAt: instant,
    /** From when it counts. */
    effectiveAt: instant,
    transactionId: ids.ledgerTransaction,
    entryId: ids.entry.nullable(),
    payoutId: ids.payout.nullable(),
  })
  .meta({ id: 'AccountStatementLine' });
/**
 * What a payout pays: the amount is the sum of the lines and the charges. When it was exchanged, those are in `exchange.currency` and
 * come to `exchange.amount`, and the amount is that at the rate.
 */
export const payoutStatement = z
  .strictObject({
    payoutId: ids.payout,
    runId: ids.run,
    brandId: ids.brand,
    brandName: z.string(),
    partnerId: ids.partner,
    currency,
    status: z.string(),
    createdAt: instant,
    settledAt: instant.nullable(),
    /** Country and last characters of the account that is paid. */
    accountHint: z.string().nullable(),
    lines: z.array(z.strictObject({ number: z.int().positive(), entryId: ids.entry, occurredAt: instant.nullable(), amount: minorAmount })),
    charges: z.array(payoutCharge),
    /** Null: it is paid in the currency that was earned. */
    exchange: payoutExchange.nullable(),
    amount: minorAmount,
  })
  .meta({ id: 'PayoutStatement' });

const read = { service: 'payouts', method: 'get', permission: 'payout:read', tag: 'Account statements' } as const;
const statementParams = z.strictObject({ statementId: ids.accountStatement });
const payoutParams = z.strictObject({ payoutId: ids.payout });

export const issueAccountStatements = defineRoute({
  id: 'issueAccountStatements',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/partners/:partnerId/account-statements',
  permission: 'payout:build',
  tag: 'Account statements',
  idempotent: true,
  dryRun: true,
  summary: "State a month of a partner's account now, before the job comes to it. What is issued already is answered as it stands",
  params: z.strictObject({ partnerId: ids.partner }),
  query: dryRunQuery,
  body: z.strictObject({ brandId: ids.brand, period: businessPeriod }),
  responses: { 201: z.strictObject({ data: z.array(accountStatement) }) },
});
export const listAccountStatements = defineRoute({
  ...read,
  id: 'listAccountStatements',
  path: '/api/v1/account-statements',
  summary: 'Statements of accounts, newest first',
  query: listQuery({
    brandId: ids.brand.optional(),
    partnerId: ids.partner.optional(),
    period: period.optional(),
    currency: currency.optional(),
  }),
  responses: { 200: listOf(accountStatement) },
});
export const getAccountStatement = defineRoute({
  ...read,
  id: 'getAccountStatement',
  path: '/api/v1/account-statements/:statementId',
  summary: 'A statement of an account, without its lines',
  params: statementParams,
  responses: { 200: accountStatement },
});
export const listAccountStatementLines = defineRoute({
  ...read,
  id: 'listAccountStatementLines',
  path: '/api/v1/account-statements/:statementId/lines',
  summary: 'The lines of a statement, in the order of their booking',
  params: statementParams,
  query: listQuery({}),
  responses: { 200: listOf(accountStatementLine) },
});
export const getAccountStatementCsv = defineRoute({
  ...read,
  id: 'getAccountStatementCsv',
  path: '/api/v1/account-statements/:statementId/csv',
  summary: 'A statement as a table; no cell of it is run by a spreadsheet',
  params: statementParams,
  produces: 'text/csv',
  responses: { 200: z.string() },
});
export const getAccountStatementPdf = defineRoute({
  ...read,
  id: 'getAccountStatementPdf',
  path: '/api/v1/account-statements/:statementId/pdf',
  summary: 'A statement to print and to file',
  params: statementParams,
  produces: 'application/pdf',
  responses: { 200: z.string() },
});
export const getConsolidatedStatement = defineRoute({
  ...read,
  id: 'getConsolidatedStatement',
  path: '/api/v1/partners/:partnerId/account-statements/:period',
  summary: "A month of a partner's accounts with all brands that the caller sees: each brand in a section of its own",
  params: z.strictObject({ partnerId: ids.partner, period }),
  responses: {
    200: z
      .strictObject({
        partnerId: ids.partner,
        period,
        /** By brand and currency. */
        sections: z.array(accountStatement),
        /** The sections by currency; `offset` is what one brand owed less because another paid less, and is zero over all of a partner's brands. */
        totals: z.array(z.strictObject({ currency, opening: minorAmount, closing: minorAmount, paid: minorAmount, offset: minorAmount })),
      })
      .meta({ id: 'ConsolidatedStatement' }),
  },
});
export const getPayoutStatement = defineRoute({
  ...read,
  id: 'getPayoutStatement',
  path: '/api/v1/payouts/:payoutId/statement',
  summary: 'What a payout pays, line by line',
  params: payoutParams,
  responses: { 200: payoutStatement },
});
export const getPayoutStatementPdf = defineRoute({
  ...read,
  id: 'getPayoutStatementPdf',
  path: '/api/v1/payouts/:payoutId/statement/pdf',
  summary: 'What a payout pays, to print and to file',
  params: payoutParams,
  produces: 'application/pdf',
  responses: { 200: z.string() },
});
