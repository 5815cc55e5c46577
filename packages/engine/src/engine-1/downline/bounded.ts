import { compare, isZero, multiply, type Rational, rate, round, subtract, toExactText, zero } from '@tributary/money';
import type { Downline, Reason, Step } from '../../types.js';
import { exchangeOf } from '../exchange.js';
import { type Line, reasonOf } from '../line.js';
import { type Link, sumIn } from './chain.js';

interface Bound {
  exact: Rational;
  /** Why nothing comes of it where this leaves nothing. */
  reason: Reason;
  step: Step;
}

/**
 * Level difference first: what was paid below is taken off. Then what there is to pay it from: the pool, which all together never exceed,
 * rounding included, and the share of the partner who funds it.
 */
export function bounded(link: Link, line: Line, { lessPaidBelow, pool, funding }: Downline): Line {
  if (isZero(line.exact)) return line;
  const bounds: Bound[] = [];
  if (lessPaidBelow) bounds.push(lessThanBelow(link, line));
  const first = bounds.length;
  if (pool !== undefined) bounds.push(leftOfPool(link, line, pool));
  if (funding === 'downline') bounds.push(leftOfShare(link, line));
  if (bounds.length === 0) return line;
  let [exact, reason] = [line.exact, line.reason];
  for (const bound of bounds) {
    if (compare(exact, bound.exact) <= 0) continue;
    exact = bound.exact;
    if (isZero(exact)) reason = bound.reason;
  }
  const entitlement = line.entitlement === null ? null : atMost(line, exact, bounds.slice(first));
  return { ...line, exact, entitlement, reason: reasonOf(reason, entitlement), steps: [...line.steps, ...bounds.map(({ step }) => step)] };
}

/** Rounded by the terms, but never up beyond what is left to pay it from. */
function atMost({ entitlement, component }: Line, exact: Rational, lefts: readonly Bound[]): bigint {
  const most = [entitlement ?? 0n, round(exact, component.rounding), ...lefts.map((left) => round(left.exact, 'down'))];
  return most.reduce((least, one) => (one < least ? one : least));
}

function lessThanBelow({ chain, subject, above }: Link, line: Line): Bound {
  const below = chain.paid.filter(({ partnerId }) => partnerId !== above.partnerId);
  const paid = sumIn(subject, below, line.currency);
  if (paid === null) return missing('less-paid-below');
  const rest = subtract(line.exact, paid);
  const exact = rest.n < 0n ? zero : rest;
  return {
    exact,
    reason: 'paid-below',
    step: { step: 'less-paid-below', formula: `${toExactText(line.exact)} - ${toExactText(paid)}, at least 0`, value: toExactText(exact) },
  };
}

/** What the pool has left: a share of what refunds have left of the amount, less all that is paid. Without an amount it is empty. */
function leftOfPool({ chain: { input, rest, paid }, subject }: Link, line: Line, pool: string): Bound {
  const { into } = exchangeOf(subject, input.original.currency, line.currency);
  const taken = sumIn(subject, paid, line.currency);
  if (into === null || taken === null) return missing('pool');
  const amount = rest.amount === null ? zero : into(rest.amount);
  const room = subtract(multiply(amount, rate(pool)), taken);
  const exact = room.n < 0n ? zero : room;
  return {
    exact,
    reason: rest.amount === null ? 'no-amount' : 'pool-used-up',
    step: { step: 'pool', formula: `${toExactText(amount)} x ${pool} - ${toExactText(taken)}, at least 0`, value: toExactText(exact) },
  };
}

/** What the conversion's own partner has earned of it and not given away yet. */
function leftOfShare({ chain: { input, paid, lines }, subject }: Link, line: Line): Bound {
  const own = [...paid, ...lines].filter(({ partnerId }) => partnerId === input.original.partnerId);
  const sum = sumIn(subject, own, line.currency);
  if (sum === null) return missing('share');
  const exact = sum.n < 0n ? zero : sum;
  const step = { step: 'share', formula: `${toExactText(exact)} of the share below are left`, value: toExactText(exact) };
  return { exact, reason: 'nothing-below', step };
}

const missing = (step: string): Bound => ({
  exact: zero,
  reason: 'fx-rate-missing',
  step: { step, formula: 'no rate for the day is known', value: '0' },
});
