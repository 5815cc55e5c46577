import { addDays, instantMs } from '@tributary/calendar';
import { compare, multiply, rate, rational } from '@tributary/money';
import type { CustomerEvent, CustomerQualification, CustomerThen, Reason, RuleTried } from '../types.js';
import type { Judged } from './qualify.js';
import type { Subject } from './subject.js';

const hourMs = 3_600_000;
const later = (a: string, b: string): string => (instantMs(a) >= instantMs(b) ? a : b);

/**
 * Whether and when a customer qualified. The customer's first event of the kind stands for the customer: it earns once, dated when the
 * last condition came true; windows count from the customer's first deposit (else from that event), their edges inside.
 */
export function qualifyCustomer(wanted: CustomerQualification, { conversion, circumstances, timeZone, terms }: Subject): Judged {
  const { customer } = circumstances;
  const rules: RuleTried[] = [];
  const fails = (reason: Reason, rule: string, detail: string): Judged => ({
    reason,
    rules: [...rules, { rule, passed: false, detail }],
    earnedAt: null,
  });
  if (customer === null) return fails('customer-unknown', 'customer', 'the event names no customer');
  if (customer.ordinal > 1)
    return fails('not-the-first', 'first-of-customer', `it is the customer's number ${customer.ordinal} of its kind`);

  const deposits = customer.history.filter(({ kind, amount }) => kind === 'deposit' && BigInt(amount) > 0n);
  const start = deposits[0]?.occurredAt ?? conversion.occurredAt;
  const met: string[] = [conversion.occurredAt];

  const counted = deposits.filter(({ occurredAt }) => within(occurredAt, start, wanted.withinHours));
  const least = leastDeposits(wanted, customer, conversion.details?.country);
  if (least !== null) {
    const reached = reaches(counted, ({ amount }) => amount, BigInt(least));
    const total = sumOf(counted, ({ amount }) => amount);
    if (reached === null) return fails('not-yet-qualified', 'deposits', `${total} deposited, ${least} wanted`);
    rules.push({ rule: 'deposits', passed: true, detail: `${least} reached at ${reached}` });
    met.push(reached);
  }
  if (wanted.wager !== undefined) {
    const goal = multiply(rational(sumOf(counted, ({ amount }) => amount)), rate(wanted.wager));
    const reached = reaches(customer.history, ({ turnover }) => turnover, goal);
    const total = sumOf(customer.history, ({ turnover }) => turnover);
    if (reached === null) return fails('not-yet-qualified', 'wager', `${total} wagered, ${wanted.wager} times the deposits wanted`);
    rules.push({ rule: 'wager', passed: true, detail: `${wanted.wager} times the deposits wagered at ${reached}` });
    met.push(reached);
  }
  if (wanted.verifiedWithinDays !== undefined) {
    const { verifiedAt } = customer;
    const last = addDays(start, wanted.verifiedWithinDays, timeZone);
    if (verifiedAt === null) return fails('not-yet-qualified', 'verified', 'the customer is not verified');
    if (instantMs(verifiedAt) > instantMs(last))
      return fails('not-qualified-in-time', 'verified', `verified at ${verifiedAt}, after ${last}`);
    rules.push({ rule: 'verified', passed: true, detail: `verified at ${verifiedAt}` });
    met.push(verifiedAt);
  }
  const earnedAt = met.reduce(later);
  if (wanted.withinDays !== undefined) {
    const last = addDays(start, wanted.withinDays, timeZone);
    if (instantMs(earnedAt) > instantMs(last))
      return fails('not-qualified-in-time', 'in-time', `the last condition came true at ${earnedAt}, after ${last}`);
    rules.push({ rule: 'in-time', passed: true, detail: `the last condition came true at ${earnedAt}, by ${last}` });
  }
  const { excludedFrom } = customer;
  if (excludedFrom !== null) {
    const matures = addDays(earnedAt, terms.holdDays, timeZone);
    const open = wanted.onExclusion !== 'keep' && instantMs(matures) > instantMs(excludedFrom);
    if (instantMs(earnedAt) >= instantMs(excludedFrom) || open)
      return fails('customer-excluded', 'exclusion', `the customer is excluded from ${excludedFrom}, earned at ${earnedAt}`);
    rules.push({ rule: 'exclusion', passed: true, detail: `excluded from ${excludedFrom}, after it was earned` });
  }
  return { reason: null, rules, earnedAt: earnedAt === conversion.occurredAt ? null : earnedAt };
}

const within = (at: string, start: string, hours: number | undefined): boolean =>
  hours === undefined || instantMs(at) - instantMs(start) <= hours * hourMs;

function leastDeposits(wanted: CustomerQualification, customer: CustomerThen, country: string | undefined): number | null {
  const where = customer.country ?? country;
  const ofCountry = where === undefined ? undefined : wanted.minDepositsByCountry?.[where];
  return ofCountry ?? wanted.minDeposits ?? null;
}

const sumOf = (events: readonly CustomerEvent[], of: (event: CustomerEvent) => string): bigint =>
  events.reduce((sum, event) => sum + BigInt(of(event)), 0n);

/** When the running sum first reaches the goal; null when it does not. What goes down again afterwards has been reached. */
function reaches(events: readonly CustomerEvent[], of: (event: CustomerEvent) => string, goal: bigint | ReturnType<typeof rational>) {
  const wanted = typeof goal === 'bigint' ? rational(goal) : goal;
  let sum = 0n;
  for (const event of events) {
    sum += BigInt(of(event));
    if (compare(rational(sum), wanted) >= 0) return event.occurredAt;
  }
  return compare(rational(sum), wanted) >= 0 ? (events.at(-1)?.occurredAt ?? null) : null;
}
