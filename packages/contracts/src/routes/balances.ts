import { z } from 'zod';
import { currency, ids, instant, minorAmount } from '../common.js';
import { defineRoute } from '../define-route.js';

const balanceTerms = {
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
};
/** By which of its two dates a transaction counts: from when it has an effect, or when it was booked. */
const by = z.enum(['effective', 'booked']);
const asOfQuery = z.strictObject({
  asOf: instant.optional(),
  /** `effective`, when left out: `asOf` is compared with the day from which a transaction counts. `booked`: with its booking. */
  by: by.optional(),
  /** With `effective` only: as the journal stood then. */
  knownAt: instant.optional(),
});
const asOfAnswer = { asOf: instant, knownAt: instant, by };
export const balance = z
  .strictObject({
    partnerId: ids.partner,
    ...asOfAnswer,
    balances: z.array(z.strictObject({ brandId: ids.brand, ...balanceTerms })),
  })
  .meta({ id: 'Balance' });
export const brandBalance = z
  .strictObject({
    brandId: ids.brand,
    ...asOfAnswer,
    /** All partners together; what some owe is in `receivable` and lessens nobody else's `payable`. */
    balances: z.array(z.strictObject(balanceTerms)),
  })
  .meta({ id: 'BrandBalance' });
export const getBalance = defineRoute({
  id: 'getBalance',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/partners/:partnerId/balance',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: "A partner's balance per brand and currency, with every term of the balance equation",
  params: z.strictObject({ partnerId: ids.partner }),
  query: asOfQuery,
  responses: { 200: balance },
});
export const getBrandBalance = defineRoute({
  id: 'getBrandBalance',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/brands/:brandId/balance',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'What a brand owes all its partners together, per currency, with every term of the balance equation',
  params: z.strictObject({ brandId: ids.brand }),
  query: asOfQuery,
  responses: { 200: brandBalance },
});
