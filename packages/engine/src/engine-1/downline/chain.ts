import { instantMs } from '@tributary/calendar';
import { add, multiply, type Rational, rational, zero } from '@tributary/money';
import type { DealVersion, FoldInput, NormalComponent, Reason, RuleTried, Step, StreamRecord } from '../../types.js';
import { exchangeOf, moneyIn } from '../exchange.js';
import { isOutOfRange, rangeRule } from '../ledger-range.js';
import { type Line, reasonOf, roundLine, runningScope, scopeKey } from '../line.js';
import { type Judged, qualify } from '../qualify.js';
import type { Rest } from '../refunds.js';
import type { Subject } from '../subject.js';

/** A partner above the one that brought the conversion. */
export interface Above {
  partnerId: string;
  tier: string | null;
  /** From when the partner below has been under it. */
  since: string;
  /** 1 for the partner directly above. */
  distance: number;
}

/** What has come of a conversion so far, from its own partner upwards. */
export interface Chain {
  input: FoldInput;
  rest: Rest;
  /** All that is paid so far, own lines and those of partners below; who funds it is not in here. */
  paid: Line[];
  /** What partners above are paid, and the lines of those who fund it. */
  lines: Line[];
  records: StreamRecord[];
  dealsBelow: readonly DealVersion[];
}

/** One component of one partner above, at its place in the chain. */
export interface Link {
  chain: Chain;
  deal: DealVersion;
  component: NormalComponent;
  subject: Subject;
  above: Above;
}

/** What such a component comes to, before it becomes a line. */
export interface Derived {
  currency: string;
  exact: Rational;
  reason: Reason | null;
  earnedAt?: string | null;
  rules: readonly RuleTried[];
  steps: readonly Step[];
}

/** What a line is booked with: the rounded amount where it is rounded by itself. */
export const bookedAmount = ({ entitlement, exact }: Line): Rational => (entitlement === null ? exact : rational(entitlement));

/** What lines come to in one currency, at the rates of the day; null when a rate is missing. */
export function sumIn(subject: Subject, lines: readonly Line[], currency: string): Rational | null {
  let sum: Rational = zero;
  for (const line of lines) {
    const booked = bookedAmount(line);
    if (booked.n === 0n) continue;
    const { into } = exchangeOf(subject, line.currency, currency);
    if (into === null) return null;
    sum = add(sum, multiply(into(1n), booked));
  }
  return sum;
}

/** Whether the conversion earns by a component that goes by what others earn of it. */
export const judge = ({ component, subject }: Link, currency: string): Judged =>
  qualify(component, subject, moneyIn(exchangeOf(subject, subject.conversion.currency, currency), subject.conversion.amount));

/** The latest time at which one of several lines was earned; null when all were at once. */
export const latestOf = (times: readonly (string | null)[]): string | null =>
  times.reduce((last, one) => (one !== null && (last === null || instantMs(one) > instantMs(last)) ? one : last), null);

/** The line of a partner above. */
export function lineAbove({ chain, deal, component }: Link, derived: Derived): Line {
  const { currency, exact, reason, earnedAt = null, rules, steps } = inRange(derived);
  const entitlement = roundLine(exact, component);
  const { conversionId } = chain.input.original;
  return {
    scope: entitlement === null ? runningScope(deal, component, currency) : scopeKey(conversionId, deal.dealId, component.name, currency),
    partnerId: deal.partnerId,
    deal,
    component,
    name: component.name,
    currency,
    exact,
    entitlement,
    reason: reasonOf(reason, entitlement),
    earnedAt,
    rules,
    steps,
    otherDeals: [],
    circumstantial: true,
  };
}

const inRange = (derived: Derived): Derived =>
  isOutOfRange(derived.exact)
    ? { ...derived, exact: zero, reason: 'amount-out-of-range', rules: [...derived.rules, rangeRule(derived.exact)] }
    : derived;
