import type { ledgerAccounts, PayoutCharge, PayoutExchange, WriteOffReason } from '@tributary/contracts';
import { sumOfCharges } from './charges.js';

export type LedgerAccount = (typeof ledgerAccounts)[number];

/** Where an entry's money lies: exactly one of these at a time. */
export type Bucket = 'pending' | 'held' | 'approved' | 'payable' | 'rejected' | 'in-payout' | 'paid' | 'written-off';

/** One signed amount (minor units) on one account: credit is positive. */
export interface Leg {
  account: LedgerAccount;
  amount: bigint;
}

/** Whose money a transaction moves: accounts are kept per partner, brand and currency. */
export interface Owner {
  partnerId: string;
  brandId: string;
  currency: string;
}

/** A transaction still to be written. */
export interface Posting extends Owner {
  /** Says what happened, once and for all: a second posting with the same key is not written. */
  key: string;
  kind:
    | 'accrual'
    | 'move'
    | 'claim'
    | 'handed-to-rail'
    | 'settlement'
    | 'release'
    | 'back-from-rail'
    | 'return'
    | 'disapproval'
    | 'write-off'
    | 'offset'
    | 'offset-back'
    | 'exchange'
    | 'exchange-back'
    | 'rail-fee'
    | 'settlement-difference'
    | 'difference-explained';
  entryId: string | null;
  payoutId: string | null;
  legs: readonly Leg[];
  /** When it counts from; it becomes known when it is posted. */
  effectiveAt: Date;
  /** Why money goes to `written-off`. */
  reason?: WriteOffReason | 'approved';
  /** Of an exchange: the rate that joins its two transactions, one in each currency. */
  rateId?: string;
}

/** From one account to another. */
export const transfer = (from: LedgerAccount, to: LedgerAccount, amount: bigint): Leg[] => [
  { account: from, amount: -amount },
  { account: to, amount },
];

interface EntryMoney extends Owner {
  id: string;
  entryId: string;
  amount: bigint;
}
interface PayoutMoney extends Owner {
  id: string;
  amount: bigint;
  /** Each a leg of its own, on an account of its own. */
  charges: readonly PayoutCharge[];
  /** When it is paid in another currency than was earned; the charges are in that one. */
  exchange?: PayoutExchange | null;
}

const accountOfCharge = {
  fee: 'fees',
  'exchange-fee': 'exchange-fees',
  withholding: 'tax-withheld',
  vat: 'vat',
  offset: 'offset',
  // It was posted when the other brand's payout was made, and lies in what is payable.
  'offset-credit': 'payable',
} as const satisfies Record<PayoutCharge['kind'], LedgerAccount>;

/** From `payable` into a payout, with what is charged; backwards, the charges are given back. */
const withCharges = (account: 'in-payout' | 'paid', { amount, charges, exchange }: PayoutMoney, sign: 1n | -1n): Leg[] =>
  exchange
    ? [
        { account: 'exchange', amount: -sign * amount },
        { account, amount: sign * amount },
      ]
    : [...fromPayable(amount, charges, sign), { account, amount: sign * amount }, ...legsOfCharges(charges, sign)];

const fromPayable = (amount: bigint, charges: readonly PayoutCharge[], sign: 1n | -1n): Leg[] => [
  { account: 'payable', amount: -sign * (amount - sumOfCharges(charges)) },
];
const legsOfCharges = (charges: readonly PayoutCharge[], sign: 1n | -1n): Leg[] =>
  charges
    .filter((charge) => charge.amount !== 0)
    .map((charge) => ({ account: accountOfCharge[charge.kind], amount: -sign * BigInt(charge.amount) }));

/** Commission earned (or, when negative, taken back): the brand's expense becomes a debt to the partner, not yet decided upon. */
export const accrual = (entry: EntryMoney, effectiveAt: Date): Posting => ({
  partnerId: entry.partnerId,
  brandId: entry.brandId,
  currency: entry.currency,
  key: `accrual:${entry.id}`,
  kind: 'accrual',
  entryId: entry.entryId,
  payoutId: null,
  legs: transfer('brand-expense', 'pending', entry.amount),
  effectiveAt,
});

/** An entry changes its bucket; `version` counts its moves, `reason` says why it is written off. */
export const move = (
  entry: EntryMoney,
  from: Bucket,
  to: Bucket,
  version: number,
  effectiveAt: Date,
  reason?: WriteOffReason,
): Posting => ({
  partnerId: entry.partnerId,
  brandId: entry.brandId,
  currency: entry.currency,
  key: `move:${entry.id}:${version}`,
  kind: 'move',
  entryId: entry.entryId,
  payoutId: null,
  legs: transfer(from, to, entry.amount),
  effectiveAt,
  ...(reason && { reason }),
});

/** Two people have written off what the partner owes. */
export const forgiveness = (entry: EntryMoney, from: Bucket, version: number, at: Date): Posting => ({
  ...move(entry, from, 'written-off', version, at),
  kind: 'write-off',
  reason: 'approved',
});

/** What was paid is disapproved afterwards (negative difference: the partner owes it), or approved once more (positive). */
export const disapproval = (entry: EntryMoney, decision: string, difference: bigint, effectiveAt: Date): Posting => ({
  partnerId: entry.partnerId,
  brandId: entry.brandId,
  currency: entry.currency,
  key: `disapproval:${entry.id}:${decision}`,
  kind: 'disapproval',
  entryId: entry.entryId,
  payoutId: null,
  legs: transfer('rejected', 'payable', difference),
  effectiveAt,
});

/** Whoever joins the two transactions of an exchange finds them by the rate. */
const rateOf = ({ exchange }: PayoutMoney, legs: readonly Leg[]): { rateId?: string } =>
  exchange && legs.some(({ account }) => account === 'exchange') ? { rateId: exchange.rateId } : {};

const ofPayout = (kind: Posting['kind'], payout: PayoutMoney, legs: Leg[], effectiveAt: Date): Posting => ({
  partnerId: payout.partnerId,
  brandId: payout.brandId,
  currency: payout.currency,
  key: `${kind}:${payout.id}`,
  kind,
  entryId: null,
  payoutId: payout.id,
  legs,
  effectiveAt,
  ...rateOf(payout, legs),
});

/** The side of an exchange in the currency that was earned: gross, what is charged, and what is exchanged. None when nothing is exchanged. */
function earnedSide(kind: 'exchange' | 'exchange-back', payout: PayoutMoney, sign: 1n | -1n, at: Date): Posting[] {
  const { exchange, charges } = payout;
  if (!exchange) return [];
  const given = BigInt(exchange.amount);
  const borneByBrand = exchange.bearer === 'brand' && exchange.fee !== 0;
  const legs: Leg[] = [
    ...fromPayable(given, charges, sign),
    ...legsOfCharges(charges, sign),
    { account: 'exchange', amount: sign * given },
    ...(borneByBrand ? transfer('exchange-costs', 'exchange-fees', sign * BigInt(exchange.fee)) : []),
  ];
  return [ofPayout(kind, { ...payout, currency: exchange.currency }, legs, at)];
}
/** What is paid in another currency leaves the one that was earned. */
export const exchanged = (payout: PayoutMoney, at: Date): Posting[] => earnedSide('exchange', payout, 1n, at);
/** What was not paid after all is as much as before, whatever rates are by then. */
export const exchangedBack = (payout: PayoutMoney, at: Date): Posting[] => earnedSide('exchange-back', payout, -1n, at);

/** Entries are claimed into a payout. */
export const claim = (payout: PayoutMoney, at: Date): Posting => ofPayout('claim', payout, withCharges('in-payout', payout, 1n), at);
/** The rail has it, or may have it: the brand's funds stand in clearing until the outcome is known. */
export const handedToRail = (payout: PayoutMoney, at: Date): Posting =>
  ofPayout('handed-to-rail', payout, transfer('rail-clearing', 'brand-funds', payout.amount), at);
/** The money arrived. The debt becomes `paid`, which keeps the running total; `disbursed` is its counter account. */
export const settlement = (payout: PayoutMoney, at: Date): Posting =>
  ofPayout(
    'settlement',
    payout,
    [...transfer('in-payout', 'paid', payout.amount), ...transfer('disbursed', 'rail-clearing', payout.amount)],
    at,
  );
/** The payout came to nothing: its entries are payable again. */
export const release = (payout: PayoutMoney, at: Date): Posting => ofPayout('release', payout, withCharges('in-payout', payout, -1n), at);
/** Nothing left the brand's account after all. */
export const backFromRail = (payout: PayoutMoney, at: Date): Posting =>
  ofPayout('back-from-rail', payout, transfer('brand-funds', 'rail-clearing', payout.amount), at);
/** The bank sent the money back after settlement. */
export const returned = (payout: PayoutMoney, at: Date): Posting =>
  ofPayout('return', payout, [...withCharges('paid', payout, -1n), ...transfer('brand-funds', 'disbursed', payout.amount)], at);

/** What a payout of another brand settles of what is owed to this one. */
export interface OffsetMoney extends Owner {
  payoutId: string;
  amount: bigint;
}
const ofOffset = (
  kind: 'offset' | 'offset-back',
  { payoutId, amount, ...owner }: OffsetMoney,
  legs: Leg[],
  effectiveAt: Date,
): Posting => ({
  partnerId: owner.partnerId,
  brandId: owner.brandId,
  currency: owner.currency,
  key: `${kind}:${payoutId}:${owner.brandId}`,
  kind,
  entryId: null,
  payoutId,
  legs,
  effectiveAt,
});
/** The other brand pays so much less, and the partner owes this one so much less. */
export const offsetFrom = (offset: OffsetMoney, at: Date): Posting =>
  ofOffset('offset', offset, transfer('offset', 'payable', offset.amount), at);
/** That payout came to nothing, or came back: it is owed again. */
export const offsetBack = (offset: OffsetMoney, at: Date): Posting =>
  ofOffset('offset-back', offset, transfer('payable', 'offset', offset.amount), at);
