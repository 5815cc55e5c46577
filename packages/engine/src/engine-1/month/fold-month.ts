import { rate, round, toFraction } from '@tributary/money';
import { isMonthModel, withDefaults } from '../../terms.js';
import { engineVersion } from '../line.js';
import { compacted } from './compact.js';
import { type RatedMonth, rateRevshare } from './revshare.js';
import { recoup, settle } from './settle.js';
import type { ComponentMonth, ComponentState, ComponentStatement, MonthExplanation, MonthInput, MonthResult, RateLookup } from './types.js';

/** For deals whose events are all in the deal's own currency. */
export const noRates: RateLookup = () => null;

/**
 * What a deal earns by the month: each retainer, then each revenue share in the order of the terms. Pure: the same for any order of
 * `facts`. Deficits that the policy sets against the deal's other earnings take from what all others earn in the month, those named
 * first in the terms first, and never more than there is.
 */
export function foldMonth1(given: MonthInput, rateFor: RateLookup = noRates): MonthResult {
  const rates = new Map<string, MonthExplanation['rates'][number]>();
  const lookup: RateLookup = (from, to, date) => {
    const found = rateFor(from, to, date);
    if (found !== null) rates.set(`${from} ${date}`, { from, to, date, rate: toFraction(found) });
    return found;
  };
  const input = compacted(given, lookup);
  const retainers = componentNames(input, 'retainer').map((name) => retainerMonth(input, name));
  const earnings = new Map(Object.entries(input.otherEarnings).map(([name, amount]) => [name, BigInt(amount)]));
  for (const { component, entitlement } of retainers) earnings.set(component, (earnings.get(component) ?? 0n) + entitlement);

  const rated = componentNames(input, 'revshare').flatMap((name) => rateRevshare(input, name, lookup) ?? []);
  const shares = settleAll(input, rated, earnings);
  const closing = { ...input.opening.components };
  for (const { month, state } of shares) closing[month.component] = state;
  const components = [...retainers, ...shares.map(({ month }) => month)];
  const state = { stateVersion: 1 as const, components: closing };
  return {
    engineVersion,
    components,
    closing: state,
    explanation: {
      explanationVersion: 1,
      engineVersion,
      inputs: input,
      rates: [...rates.values()].sort((a, b) => (`${a.from} ${a.date}` < `${b.from} ${b.date}` ? -1 : 1)),
      statements: components.map(({ statement }) => statement),
      closing: state,
    },
  };
}

function settleAll(
  input: MonthInput,
  rated: readonly RatedMonth[],
  earnings: Map<string, bigint>,
): { month: ComponentMonth; state: ComponentState }[] {
  const recouped = rated.map((one) => ({ one, after: recoup(one, earnings) }));
  const earned = [...earnings.values(), ...recouped.map(({ after }) => after.payable)];
  let pool = earned.reduce((sum, amount) => sum + amount, 0n);
  return recouped.map(({ one, after }) => {
    const { month, state, offset } = settle(one, after, pool, input.period);
    pool -= offset;
    return { month, state };
  });
}

/** Names of the components of a model in any of the month's versions, in the order of the latest terms that have them. */
function componentNames({ versions }: MonthInput, model: 'revshare' | 'retainer'): string[] {
  const names = [...versions].reverse().flatMap(({ terms }) =>
    withDefaults(terms)
      .components.filter((one) => isMonthModel(one.model) && one.model === model)
      .map(({ name }) => name),
  );
  return [...new Set(names)];
}

/** A retainer: the whole amount for each month in which the deal is in force at any time, by the last version of the month that has it. */
function retainerMonth({ versions }: MonthInput, name: string): ComponentMonth {
  const found = versions.flatMap(({ version, terms }) =>
    withDefaults(terms)
      .components.filter((one) => one.name === name && one.model === 'retainer')
      .map((component) => ({ version, component })),
  );
  const { version, component } = found.at(-1) as (typeof found)[number];
  const exact = rate(component.amount ?? '0');
  const entitlement = round(exact, component.rounding);
  const statement: ComponentStatement = {
    component: name,
    model: 'retainer',
    dealVersion: version,
    waterfalls: [],
    gross: '0',
    net: '0',
    customers: 0,
    base: '0',
    carry: null,
    quarantine: null,
    recoup: null,
    unconverted: [],
    steps: [{ step: 'retainer', formula: component.amount ?? '0', value: component.amount ?? '0' }],
    exact: toFraction(exact),
    rounding: { mode: component.rounding, place: 'the month' },
    offsetOthers: '0',
    entitlement: `${entitlement}`,
  };
  return { component: name, dealVersion: version, rounding: component.rounding, entitlement, statement };
}
