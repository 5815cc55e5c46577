import type { Leg } from './posting.js';

/** Every term of the balance equation of one partner, brand and currency, in minor units. */
export interface BalanceTerms {
  accrued: bigint;
  reversed: bigint;
  rejected: bigint;
  pending: bigint;
  held: bigint;
  approved: bigint;
  payable: bigint;
  inPayout: bigint;
  paid: bigint;
  receivable: bigint;
  writtenOff: bigint;
  fees: bigint;
  taxWithheld: bigint;
  vat: bigint;
  offset: bigint;
  exchanged: bigint;
}

export const noBalance: BalanceTerms = {
  accrued: 0n,
  reversed: 0n,
  rejected: 0n,
  pending: 0n,
  held: 0n,
  approved: 0n,
  payable: 0n,
  inPayout: 0n,
  paid: 0n,
  receivable: 0n,
  writtenOff: 0n,
  fees: 0n,
  taxWithheld: 0n,
  vat: 0n,
  offset: 0n,
  exchanged: 0n,
};

const bucketTerms = {
  rejected: 'rejected',
  pending: 'pending',
  held: 'held',
  approved: 'approved',
  payable: 'payable',
  'in-payout': 'inPayout',
  paid: 'paid',
  'written-off': 'writtenOff',
  fees: 'fees',
  'exchange-fees': 'fees',
  'exchange-costs': 'fees',
  'tax-withheld': 'taxWithheld',
  vat: 'vat',
  offset: 'offset',
  exchange: 'exchanged',
} as const;

/** What is the brand's own affair and no part of what a partner has. */
const counterAccounts = ['brand-funds', 'rail-clearing', 'disbursed', 'rail-fees', 'suspense'] as const;
const isCounterAccount = (account: Leg['account']): account is (typeof counterAccounts)[number] =>
  (counterAccounts as readonly string[]).includes(account);

/** The terms after one more leg. `payable` is net here: see `shown`. */
export function plusLeg(terms: BalanceTerms, { account, amount }: Leg): BalanceTerms {
  if (account === 'brand-expense') {
    return amount < 0n ? { ...terms, accrued: terms.accrued - amount } : { ...terms, reversed: terms.reversed + amount };
  }
  if (account === 'receivable') return { ...terms, receivable: terms.receivable - amount };
  if (isCounterAccount(account)) return terms;
  const term = bucketTerms[account];
  return { ...terms, [term]: terms[term] + amount };
}

/** As a reader wants it: a payable net below zero is what the partner owes, and stands under `receivable`. */
export function shown(terms: BalanceTerms): BalanceTerms {
  return terms.payable < 0n ? { ...terms, payable: 0n, receivable: terms.receivable - terms.payable } : terms;
}

/** Zero when the balance equation holds: accrued - reversed - rejected = pending + held + approved + payable + in payout + paid - receivable + written off + fees + tax withheld + vat + offset + exchanged. */
export function imbalance(terms: BalanceTerms): bigint {
  const earned = terms.accrued - terms.reversed - terms.rejected;
  return (
    earned -
    (terms.pending +
      terms.held +
      terms.approved +
      terms.payable +
      terms.inPayout +
      terms.paid -
      terms.receivable +
      terms.writtenOff +
      terms.fees +
      terms.taxWithheld +
      terms.vat +
      terms.offset +
      terms.exchanged)
  );
}
