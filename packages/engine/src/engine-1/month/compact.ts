import { add, compare, type Rational, rate, rational, toExactText, zero } from '@tributary/money';
import { withDefaults } from '../../terms.js';
import type { MonthFact, MonthInput, RateLookup } from './types.js';
import { netRevenue } from './waterfall.js';

/**
 * The same month with fewer sums: only customers who may be set apart, or are, keep sums of their own; all others are added up. A month
 * of a thousand customers is explained by a handful of sums then, and comes to the same.
 */
export function compacted(input: MonthInput, rateFor: RateLookup): MonthInput {
  const customers = input.facts.filter(({ customerId }) => customerId !== null);
  if (customers.length === 0) return input;
  const kept = customersThatMatter(input, rateFor);
  const merged = new Map<string, MonthFact>();
  const counted = new Set<string>();
  for (const fact of inOrder(input.facts)) {
    const own = kept.has(fact.customerId ?? '') ? fact : unnamed(fact, counted);
    const key = keyOf(own);
    const before = merged.get(key);
    merged.set(key, before === undefined ? own : together(before, own));
  }
  return { ...input, facts: inOrder([...merged.values()]) };
}

/** The sum without whose it is. A customer in several sums counts in the first of them. */
function unnamed(fact: MonthFact, counted: Set<string>): MonthFact {
  if (fact.customerId === null) return fact;
  const customer = `${fact.on} ${fact.customerId}`;
  const customers = counted.has(customer) ? 0 : 1;
  counted.add(customer);
  return { ...fact, customerId: null, customers };
}

/** Those with a balance of their own, and those whose month is at or below the threshold of any component. */
function customersThatMatter(input: MonthInput, rateFor: RateLookup): Set<string> {
  const matter = new Set<string>();
  for (const { quarantine } of Object.values(input.opening.components)) for (const { customerId } of quarantine) matter.add(customerId);
  for (const [name, threshold] of thresholds(input)) {
    const limit = rational(BigInt(threshold));
    for (const [customer, net] of netByCustomer(input, name, rateFor)) if (compare(net, limit) <= 0) matter.add(customer);
  }
  return matter;
}

function netByCustomer(input: MonthInput, name: string, rateFor: RateLookup): Map<string, Rational> {
  const nets = new Map<string, Rational>();
  for (const { version, terms } of input.versions) {
    const component = withDefaults(terms).components.find((one) => one.name === name && one.model === 'revshare');
    if (component === undefined) continue;
    const facts = input.facts.filter((fact) => fact.version === version && fact.on === component.on);
    const { byCustomer } = netRevenue(version, component, '0', facts, input.currency, rateFor);
    for (const [customer, net] of byCustomer) nets.set(customer, add(nets.get(customer) ?? zero, net));
  }
  return nets;
}

function thresholds({ versions }: MonthInput): [string, number][] {
  return versions.flatMap(({ terms }) =>
    withDefaults(terms).components.flatMap(({ name, carryover }) =>
      carryover?.highRoller === undefined ? [] : [[name, carryover.highRoller.threshold] as [string, number]],
    ),
  );
}

const keyOf = ({ version, on, currency, date, customerId }: MonthFact): string =>
  JSON.stringify([version, on, currency, date, customerId ?? '']);

/** In one order, whatever order they came in. */
const inOrder = (facts: readonly MonthFact[]): MonthFact[] =>
  facts
    .map((fact) => [keyOf(fact), fact] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, fact]) => fact);

function together(a: MonthFact, b: MonthFact): MonthFact {
  const names = [...new Set([...Object.keys(a.deductions), ...Object.keys(b.deductions)])].sort();
  return {
    ...a,
    events: a.events + b.events,
    customers: a.customerId === null ? a.customers + b.customers : 1,
    gross: sum(a.gross, b.gross),
    turnover: sum(a.turnover, b.turnover),
    quantity: sum(a.quantity, b.quantity),
    deductions: Object.fromEntries(names.map((name) => [name, sum(a.deductions[name] ?? '0', b.deductions[name] ?? '0')])),
  };
}

const sum = (a: string, b: string): string => toExactText(add(rate(a), rate(b)));
