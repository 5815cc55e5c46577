import { compare, isZero, multiply, type Rational, rate, round, subtract, toExactText, zero } from '@tributary/money';
import type { Downline, Reason, Step } from '../../types.js';
import { exchangeOf } from '../exchange.js';
import { type Line, reasonOf } from '../line.js';
import { type Link, sumIn } from './chain.js';

interface Bound {
  exact: Rational;
  reason: Reason | null;
  step: Step;
}

/** Level difference first, then the pool: what was paid below is taken off, and all together never exceed the pool, rounding included. */
export function bounded(link: Link, line: Line, { lessPaidBelow, pool }: Downline): Line {
  if (isZero(line.exact)) return line;
  const less = lessPaidBelow ? lessThanBelow(link, line) : null;
  const exact = less?.exact ?? line.exact;
  const left = pool === undefined || less?.reason ? null : leftOf(link, line, pool);
  if (less === null && left === null) return line;
  const within = left !== null && compare(exact, left.exact) > 0 ? left.exact : exact;
  const entitlement = line.entitlement === null ? null : atMost(line, within, left?.exact ?? null);
  const reason = less?.reason ?? (isZero(within) ? left?.reason : null) ?? line.reason;
  const steps = [...line.steps, ...(less ? [less.step] : []), ...(left ? [left.step] : [])];
  return { ...line, exact: within, entitlement, reason: reasonOf(reason, entitlement), steps };
}

/** Rounded by the terms, but never up beyond what the pool has left. */
function atMost({ entitlement, component }: Line, exact: Rational, left: Rational | null): bigint {
  const most = [entitlement ?? 0n, round(exact, component.rounding), ...(left === null ? [] : [round(left, 'down')])];
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
    reason: isZero(exact) ? 'paid-below' : null,
    step: { step: 'less-paid-below', formula: `${toExactText(line.exact)} - ${toExactText(paid)}, at least 0`, value: toExactText(exact) },
  };
}

/** What the pool has left: a share of what refunds have left of the amount, less all that is paid. Without an amount it is empty. */
function leftOf({ chain: { input, rest, paid }, subject }: Link, line: Line, pool: string): Bound {
  const { into } = exchangeOf(subject, input.original.currency, line.currency);
  const taken = sumIn(subject, paid, line.currency);
  if (into === null || taken === null) return missing('pool');
  const room = subtract(multiply(rest.amount === null ? zero : into(rest.amount), rate(pool)), taken);
  const exact = room.n < 0n ? zero : room;
  return {
    exact,
    reason: rest.amount === null ? 'no-amount' : 'pool-used-up',
    step: { step: 'pool', formula: `${rest.amount ?? 0n} x ${pool} - ${toExactText(taken)} are left`, value: toExactText(exact) },
  };
}

const missing = (step: string): Bound => ({
  exact: zero,
  reason: 'fx-rate-missing',
  step: { step, formula: 'no rate for the day is known', value: '0' },
});
