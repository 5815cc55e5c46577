import { bucketOf } from '@tributary/calendar';
import type { DataOf } from '@tributary/contracts';
import { isRefundKind, type MonthFact, type MonthInput, monthKinds } from '@tributary/engine';
import { add, type Rational, rate, rational, toFraction, zero } from '@tributary/money';
import { groupBy } from './group-by.js';

type Told = DataOf<'tracking.conversion.recorded.v1'>;
type Deductions = Record<string, bigint>;

interface Sum {
  events: number;
  customers: Set<string>;
  gross: bigint;
  turnover: bigint;
  quantity: Rational;
  deductions: Deductions;
}

/** The month whose sums are checked; the programme is the deal's, the zone that in which its days begin (null: it does not matter). */
export interface MonthPlace {
  inputs: MonthInput;
  programId: string | undefined;
  timeZone: string | null;
}

/** The version of the deal under which an event counts for the month; undefined when it does not. */
export function versionFor({ inputs, programId }: MonthPlace, told: Told): number | undefined {
  if (told.partnerId !== inputs.partnerId || told.brandId !== inputs.brandId) return undefined;
  if (programId !== undefined && told.programId !== programId) return undefined;
  const at = Date.parse(told.occurredAt);
  return inputs.versions.find(
    ({ from, to, terms }) =>
      at >= Date.parse(from) &&
      at < Date.parse(to) &&
      monthKinds(terms).some(({ on }) => on === told.kind) &&
      (terms.licence === undefined || told.details?.licence === terms.licence),
  )?.version;
}

/** What of a month's sums the events given do not come to, in words; null when they do. Each conversion once, refunds among them. */
export function sumsDiffer(place: MonthPlace, events: readonly Told[]): string | null {
  if (new Set(events.map(({ conversionId }) => conversionId)).size < events.length) return 'a conversion stands among its events twice';
  const refunds = groupBy(
    events.filter(({ kind }) => isRefundKind(kind)),
    ({ originalConversionId }) => originalConversionId,
  );
  const named = new Set(place.inputs.facts.flatMap(({ customerId }) => customerId ?? []));
  const sums = new Map<string, Sum>();
  for (const told of events.filter(({ kind }) => !isRefundKind(kind))) {
    const version = versionFor(place, told);
    if (version === undefined) return `conversion ${told.conversionId} is none of its month`;
    const key = keyOf({ ...keyParts(place, told, named), version });
    sums.set(key, plus(sums.get(key), told, refunds.get(told.conversionId) ?? []));
  }
  return differenceOf(place.inputs.facts, sums);
}

type KeyParts = Pick<MonthFact, 'version' | 'on' | 'currency' | 'date' | 'customerId'>;
const keyOf = ({ version, on, currency, date, customerId }: KeyParts): string => JSON.stringify([version, on, currency, date, customerId]);

function keyParts({ inputs, timeZone }: MonthPlace, told: Told, named: ReadonlySet<string>): Omit<KeyParts, 'version'> {
  const { kind, currency, customerId } = told;
  const date = currency === inputs.currency || timeZone === null ? null : bucketOf(told.occurredAt, 'day', timeZone);
  return { on: kind, currency, date, customerId: customerId !== null && named.has(customerId) ? customerId : null };
}

const nothing = (): Sum => ({ events: 0, customers: new Set(), gross: 0n, turnover: 0n, quantity: zero, deductions: {} });

function plus(sum: Sum = nothing(), told: Told, refunds: readonly Told[]): Sum {
  const { details, customerId } = told;
  const deductions = { ...sum.deductions };
  for (const [name, amount] of Object.entries(details?.deductions ?? {})) deductions[name] = (deductions[name] ?? 0n) + BigInt(amount);
  if (customerId !== null) sum.customers.add(customerId);
  return {
    events: sum.events + 1,
    customers: sum.customers,
    gross: sum.gross + grossOf(told, refunds),
    turnover: sum.turnover + BigInt(details?.turnover ?? 0),
    quantity: add(sum.quantity, rate(details?.quantity ?? '0')),
    deductions,
  };
}

/** What the event says of its gross revenue, else its amount less its refunds, which take no more than there is. */
function grossOf({ details, amount, currency }: Told, refunds: readonly Told[]): bigint {
  if (details?.grossRevenue !== undefined) return BigInt(details.grossRevenue);
  const own = BigInt(amount ?? 0);
  if (refunds.some((one) => one.amount === null)) return 0n;
  const back = refunds.reduce((sum, one) => (one.currency === currency ? sum + BigInt(one.amount ?? 0) : sum), 0n);
  const least = own < 0n ? own : 0n;
  return own - back > least ? own - back : least;
}

function differenceOf(facts: readonly MonthFact[], sums: ReadonlyMap<string, Sum>): string | null {
  const stated = new Map(facts.map((fact) => [keyOf(fact), fact]));
  for (const [key, sum] of sums) {
    const fact = stated.get(key);
    if (fact === undefined) return `${sum.events} events stand in none of its sums`;
    const [says, comes] = [shownFact(fact), shownSum(sum)];
    if (says !== comes) return `its sum of ${fact.on} is ${says}, and the events come to ${comes}`;
  }
  const without = facts.find((fact) => !sums.has(keyOf(fact)));
  if (without) return `its sum of ${without.on} has no event`;
  return customersDiffer(facts, sums);
}

const shown = (events: number, gross: Rational, turnover: Rational, quantity: Rational, deductions: [string, string][]): string => {
  const taken = deductions.filter(([, amount]) => amount !== '0').sort(([a], [b]) => (a < b ? -1 : 1));
  const figures = [events, ...[gross, turnover, quantity].map(toFraction)];
  return `${figures.join('/')}${taken.map(([name, amount]) => ` ${name} ${amount}`).join('')}`;
};
const shownFact = ({ events, gross, turnover, quantity, deductions }: MonthFact): string =>
  shown(
    events,
    rate(gross),
    rate(turnover),
    rate(quantity),
    Object.entries(deductions).map(([name, amount]) => [name, toFraction(rate(amount))]),
  );
const shownSum = ({ events, gross, turnover, quantity, deductions }: Sum): string =>
  shown(
    events,
    rational(gross),
    rational(turnover),
    quantity,
    Object.entries(deductions).map(([name, amount]) => [name, `${amount}`]),
  );

/** Customers are counted in each sum; where sums of customers were added up, each in one of them only. */
function customersDiffer(facts: readonly MonthFact[], sums: ReadonlyMap<string, Sum>): string | null {
  const counted = (fact: MonthFact): Set<string> => sums.get(keyOf(fact))?.customers ?? new Set();
  if (facts.every((fact) => fact.customers === counted(fact).size)) return null;
  for (const [on, ofKind] of groupBy(facts, (fact) => fact.on)) {
    const unnamed = ofKind.filter(({ customerId }) => customerId === null);
    const stated = unnamed.reduce((sum, { customers }) => sum + customers, 0);
    const all = new Set(unnamed.flatMap((fact) => [...counted(fact)]));
    if (stated !== all.size) return `it counts ${stated} customers of ${on}, and the events are of ${all.size}`;
  }
  return null;
}
