import { type Posting, transfer } from './posting.js';

/** Whose payment it is about. */
export interface PaymentOf {
  id: string;
  partnerId: string;
  brandId: string;
}
/** Minor units that left the brand's account; negative: that came back. */
export interface MoneyOut {
  amount: bigint;
  currency: string;
}
/** Where money in suspense can belong: it was a cost of the brand after all, or the bank has put it right. */
export type BookedTo = 'rail-fees' | 'brand-funds';

const ofPayment = (
  payment: PaymentOf,
  kind: Posting['kind'],
  name: string,
  currency: string,
  legs: Posting['legs'],
  at: Date,
): Posting => ({
  partnerId: payment.partnerId,
  brandId: payment.brandId,
  currency,
  key: `${kind}:${name}`,
  kind,
  entryId: null,
  payoutId: payment.id,
  legs,
  effectiveAt: at,
});

/** A bank or provider took a fee for a payment: the brand's cost, whatever the partner is paid. `name` tells one fee from another. */
export const railFee = (payment: PaymentOf, name: string, { amount, currency }: MoneyOut, at: Date): Posting =>
  ofPayment(payment, 'rail-fee', name, currency, transfer('rail-fees', 'brand-funds', amount), at);

/** More left the account than the ledger says (or, below zero, less): nobody knows why yet. */
export const settlementDifference = (payment: PaymentOf, itemId: string, { amount, currency }: MoneyOut, at: Date): Posting =>
  ofPayment(payment, 'settlement-difference', `${itemId}:${currency}`, currency, transfer('suspense', 'brand-funds', amount), at);

/** A person has said where it belongs. */
export const differenceExplained = (payment: PaymentOf, itemId: string, { amount, currency }: MoneyOut, to: BookedTo, at: Date): Posting =>
  ofPayment(payment, 'difference-explained', `${itemId}:${currency}`, currency, transfer(to, 'suspense', amount), at);

/** By how much what a bank or provider moved differs from what it was told to; of two currencies both. */
export function beyond(told: MoneyOut, moved: MoneyOut): MoneyOut[] {
  if (told.currency !== moved.currency) return [moved, { amount: -told.amount, currency: told.currency }];
  return told.amount === moved.amount ? [] : [{ amount: moved.amount - told.amount, currency: told.currency }];
}
