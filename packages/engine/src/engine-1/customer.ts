import { addDays, hourMs, instantMs } from '@tributary/calendar';
import { compare, multiply, type Rational, rate, rational } from '@tributary/money';
import { payableFrom } from '../payable-from.js';
import type { CustomerEvent, CustomerQualification, CustomerThen, Reason, RuleTried } from '../types.js';
import type { Judged } from './qualify.js';
import type { Subject } from './subject.js';

interface Asked {
  wanted: CustomerQualification;
  customer: CustomerThen;
  subject: Subject;
  /** The customer's first deposit, else the event itself: windows count from here. */
  start: string;
  /** Deposits within the window for deposits. */
  deposits: readonly CustomerEvent[];
}

/** What became of one condition. */
interface Found {
  rule: string;
  detail: string;
  /** Null when it holds. */
  reason: Reason | null;
  /** When it came true; null when it did not. */
  at: string | null;
}

const later = (a: string, b: string): string => (instantMs(a) >= instantMs(b) ? a : b);

/**
 * Whether and when a customer qualified. The customer's first event of the kind stands for the customer: it earns once, dated when the
 * last condition came true; windows count from the customer's first deposit (else from that event), their edges inside.
 */
export function qualifyCustomer(wanted: CustomerQualification, subject: Subject): Judged {
  const { conversion, circumstances } = subject;
  const { customer } = circumstances;
  if (customer === null) return refused([], failed('customer', 'customer-unknown', 'the event names no customer'));
  if (customer.ordinal > 1)
    return refused([], failed('first-of-customer', 'not-the-first', `it is the customer's number ${customer.ordinal} of its kind`));

  const asked = askedOf(wanted, customer, subject);
  const rules: RuleTried[] = [];
  let earnedAt = conversion.occurredAt;
  for (const condition of [deposited, wagered, verified, inTime, notExcluded]) {
    const found = condition(asked, earnedAt);
    if (found === null) continue;
    if (found.reason !== null) return refused(rules, found);
    rules.push({ rule: found.rule, passed: true, detail: found.detail });
    earnedAt = later(earnedAt, found.at ?? earnedAt);
  }
  return { reason: null, rules, earnedAt: earnedAt === conversion.occurredAt ? null : earnedAt };
}

const refused = (rules: readonly RuleTried[], { rule, reason, detail }: Found): Judged => ({
  reason,
  rules: [...rules, { rule, passed: false, detail }],
  earnedAt: null,
});
const failed = (rule: string, reason: Reason, detail: string): Found => ({ rule, reason, detail, at: null });
const held = (rule: string, at: string | null, detail: string): Found => ({ rule, reason: null, detail, at });

function askedOf(wanted: CustomerQualification, customer: CustomerThen, subject: Subject): Asked {
  const all = customer.history.filter(({ kind, amount }) => kind === 'deposit' && BigInt(amount) > 0n);
  const start = all[0]?.occurredAt ?? subject.conversion.occurredAt;
  const deposits = all.filter(({ occurredAt }) => within(occurredAt, start, wanted.withinHours));
  return { wanted, customer, subject, start, deposits };
}

const within = (at: string, start: string, hours: number | undefined): boolean =>
  hours === undefined || instantMs(at) - instantMs(start) <= hours * hourMs;

/** A condition after those before it, which had all come true by `earnedAt`; null where the terms do not ask for it. */
type Condition = (asked: Asked, earnedAt: string) => Found | null;

const deposited: Condition = ({ wanted, customer, subject, deposits }) => {
  const least = leastDeposits(wanted, customer, subject.conversion.details?.country);
  if (least === null) return null;
  const reached = reaches(deposits, amountOf, rational(BigInt(least)));
  if (reached === null) return failed('deposits', 'not-yet-qualified', `${sumOf(deposits, amountOf)} deposited, ${least} wanted`);
  return held('deposits', reached, `${least} reached at ${reached}`);
};

function leastDeposits(wanted: CustomerQualification, customer: CustomerThen, country: string | undefined): number | null {
  const where = customer.country ?? country;
  const ofCountry = where === undefined ? undefined : wanted.minDepositsByCountry?.[where];
  return ofCountry ?? wanted.minDeposits ?? null;
}

const wagered: Condition = ({ wanted, customer: { history }, deposits }) => {
  const { wager } = wanted;
  if (wager === undefined) return null;
  const reached = reaches(history, turnoverOf, multiply(rational(sumOf(deposits, amountOf)), rate(wager)));
  if (reached === null)
    return failed('wager', 'not-yet-qualified', `${sumOf(history, turnoverOf)} wagered, ${wager} times the deposits wanted`);
  return held('wager', reached, `${wager} times the deposits wagered at ${reached}`);
};

const verified: Condition = ({ wanted, customer: { verifiedAt }, subject, start }) => {
  if (wanted.verifiedWithinDays === undefined) return null;
  if (verifiedAt === null) return failed('verified', 'not-yet-qualified', 'the customer is not verified');
  const last = addDays(start, wanted.verifiedWithinDays, subject.timeZone);
  if (instantMs(verifiedAt) > instantMs(last))
    return failed('verified', 'not-qualified-in-time', `verified at ${verifiedAt}, after ${last}`);
  return held('verified', verifiedAt, `verified at ${verifiedAt}`);
};

const inTime: Condition = ({ wanted, subject, start }, earnedAt) => {
  if (wanted.withinDays === undefined) return null;
  const last = addDays(start, wanted.withinDays, subject.timeZone);
  if (instantMs(earnedAt) > instantMs(last))
    return failed('in-time', 'not-qualified-in-time', `the last condition came true at ${earnedAt}, after ${last}`);
  return held('in-time', null, `the last condition came true at ${earnedAt}, by ${last}`);
};

/** An excluded customer earns nothing from then on, and takes back what was not payable yet unless the terms let it stand. */
const notExcluded: Condition = ({ wanted, customer: { excludedFrom }, subject }, earnedAt) => {
  if (excludedFrom === null) return null;
  const matures = payableFrom(subject.terms, earnedAt, subject.timeZone);
  const open = wanted.onExclusion !== 'keep' && instantMs(matures) > instantMs(excludedFrom);
  if (open || instantMs(earnedAt) >= instantMs(excludedFrom))
    return failed('exclusion', 'customer-excluded', `the customer is excluded from ${excludedFrom}, earned at ${earnedAt}`);
  return held('exclusion', null, `excluded from ${excludedFrom}, after it was earned`);
};

const amountOf = ({ amount }: CustomerEvent): bigint => BigInt(amount);
const turnoverOf = ({ turnover }: CustomerEvent): bigint => BigInt(turnover);
const sumOf = (events: readonly CustomerEvent[], of: (event: CustomerEvent) => bigint): bigint =>
  events.reduce((sum, event) => sum + of(event), 0n);

/** When the running sum first reaches the goal; null when it does not. */
function reaches(events: readonly CustomerEvent[], of: (event: CustomerEvent) => bigint, goal: Rational): string | null {
  let sum = 0n;
  for (const event of events) {
    sum += of(event);
    if (compare(rational(sum), goal) >= 0) return event.occurredAt;
  }
  return null;
}
