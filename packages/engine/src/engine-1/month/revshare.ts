import { add, multiply, negate, type Rational, rate, round, subtract, toExactText, zero } from '@tributary/money';
import { withDefaults } from '../../terms.js';
import type { Carryover, NormalComponent, Step } from '../../types.js';
import { isOutOfRange, rangeRule } from '../ledger-range.js';
import { carries, type Worth, type WrittenOff, worthAt } from './carry.js';
import { consume, isPositive, lapse, least, lot, scaled, sumOf } from './lots.js';
import { addQuarantine, type Moved, releaseQuarantine } from './quarantine.js';
import { deficitRate, leftOf, type Measures, type Part, shareOf } from './share.js';
import type { ComponentState, Lot, MonthFact, MonthInput, MonthVersion, QuarantineLot, RateLookup } from './types.js';
import { type NetRevenue, netRevenue, nobody } from './waterfall.js';

/** A revenue share rated by the month, before it is known what the deal's other earnings have to bear. */
export interface RatedMonth {
  component: NormalComponent;
  dealVersion: number;
  revenue: readonly NetRevenue[];
  gross: Rational;
  net: Rational;
  customers: number;
  /** Net revenue paid for. */
  base: Rational;
  /** Exact commission. */
  exact: Rational;
  rounded: bigint;
  carryover: Carryover;
  unit: ComponentState['unit'];
  worth: Worth;
  opening: ComponentState;
  used: Rational;
  added: Rational;
  lots: readonly Lot[];
  writtenOff: readonly WrittenOff[];
  quarantine: { lots: readonly QuarantineLot[]; used: Moved['moved']; added: Moved['moved']; lapsed: readonly QuarantineLot[] };
  steps: readonly Step[];
}

/** Where the deal says nothing: what a deficit does must be chosen, and this takes nothing from anybody. */
const whenNotChosen: Carryover = { policy: 'component' };

/** Net revenue, deficits of before, and the share of what is left, of one component of that name in a month. */
export function rateRevshare(input: MonthInput, name: string, rateFor: RateLookup): RatedMonth | null {
  const used = input.versions.flatMap((version) => {
    const terms = withDefaults(version.terms);
    const component = terms.components.find((one) => one.name === name && one.model === 'revshare');
    return component ? [{ version, component, fxFee: terms.fxFee }] : [];
  });
  const last = used.at(-1);
  if (last === undefined) return null;
  const revenue = used.map(({ version, component, fxFee }) =>
    netRevenue(version.version, component, fxFee, factsOf(input, version, component), input.currency, rateFor),
  );
  const parts = used.map(
    ({ version, component }, index): Part => ({ version: version.version, component, net: revenue[index]?.net ?? zero }),
  );
  const facts = used.flatMap(({ version, component }) => factsOf(input, version, component));
  return throughMonth(input, last.component, last.version.version, parts, revenue, facts);
}

const factsOf = ({ facts }: MonthInput, { version }: MonthVersion, { on }: NormalComponent): MonthFact[] =>
  facts.filter((fact) => fact.version === version && fact.on === on);

function throughMonth(
  { period, opening: { components } }: MonthInput,
  component: NormalComponent,
  dealVersion: number,
  parts: readonly Part[],
  revenue: readonly NetRevenue[],
  facts: readonly MonthFact[],
): RatedMonth {
  const carryover = component.carryover ?? whenNotChosen;
  const unit = carryover.unit ?? 'base';
  const byCustomer = mergedCustomers(revenue);
  const total = (pick: (one: NetRevenue) => Rational): Rational => revenue.reduce((sum, one) => add(sum, pick(one)), zero);
  const [gross, net] = [total((one) => one.gross), total((one) => one.net)];
  const measures = measuresOf(net, facts, byCustomer);
  const share = deficitRate(component, measures);
  const worth = worthAt(unit, share);
  const opened = openState(components[component.name] ?? freshState(unit), carryover, unit, share);

  const released = releaseQuarantine(opened.quarantine, byCustomer);
  const withheld = sumOfMoved(released.moved);
  const result = subtract(net, withheld);
  const losses = parts.reduce((sum, part) => (part.net.n < 0n ? subtract(sum, part.net) : sum), withheld);
  const shared = inRange(sharedAfter(parts, measures, { unit, result, losses, lots: opened.lots }));

  const deficit = result.n < 0n ? negate(result) : zero;
  const apart =
    carryover.highRoller && carries(carryover.policy)
      ? addQuarantine(released.lots, byCustomer, deficit, carryover.highRoller.threshold, period)
      : { lots: released.lots, moved: [] };
  const own = subtract(deficit, sumOfMoved(apart.moved));
  const added = unit === 'base' ? own : multiply(own, share);
  const aged = lapse(apart.lots, period, carryover.writeOffAfterMonths);
  return {
    component,
    dealVersion,
    revenue,
    gross,
    net,
    customers: measures.customers,
    base: shared.base,
    exact: shared.exact,
    rounded: round(shared.exact, component.rounding),
    carryover,
    unit,
    worth,
    opening: opened.state,
    used: shared.used,
    added,
    lots: [...shared.lots, ...lot(period, added)],
    writtenOff: opened.writtenOff,
    quarantine: { lots: aged.left, used: released.moved, added: apart.moved, lapsed: aged.taken },
    steps: shared.steps,
  };
}

interface Shared {
  base: Rational;
  exact: Rational;
  used: Rational;
  lots: Lot[];
  steps: Step[];
}

/** A share that the ledger cannot hold is none, and the statement says so. */
function inRange(shared: Shared): Shared {
  if (!isOutOfRange(shared.exact)) return shared;
  const { rule, detail } = rangeRule(shared.exact);
  return { ...shared, exact: zero, steps: [...shared.steps, { step: rule, formula: detail, value: '0' }] };
}

/** The commission after deficits of before have been met: by net revenue, or by commission, as the unit says. */
function sharedAfter(
  parts: readonly Part[],
  measures: Measures,
  { unit, result, losses, lots }: { unit: ComponentState['unit']; result: Rational; losses: Rational; lots: readonly Lot[] },
): Shared {
  if (!isPositive(result)) return { base: zero, exact: zero, used: zero, lots: [...lots], steps: [] };
  const open = sumOf(lots);
  if (unit === 'base') {
    const used = least(result, open);
    const { exact, steps } = shareOf(parts, leftOf(parts, add(losses, used)), measures);
    return { base: subtract(result, used), exact, used, lots: consume(lots, used).left, steps: [...usedStep(used), ...steps] };
  }
  const { exact, steps } = shareOf(parts, leftOf(parts, losses), measures);
  const used = least(exact, open);
  return { base: result, exact: subtract(exact, used), used, lots: consume(lots, used).left, steps: [...steps, ...usedStep(used)] };
}

const usedStep = (used: Rational): Step[] =>
  isPositive(used) ? [{ step: 'deficit-of-before', formula: `- ${toExactText(used)}`, value: toExactText(negate(used)) }] : [];

/** The state in the unit that counts now. What an earlier policy carried and this one does not ends here, visibly. */
function openState(
  state: ComponentState,
  { policy }: Carryover,
  unit: ComponentState['unit'],
  share: Rational,
): { state: ComponentState; lots: readonly Lot[]; quarantine: readonly QuarantineLot[]; writtenOff: WrittenOff[] } {
  const other = worthAt('base', share);
  const change = unit === 'base' ? other.fromCommission : other.toCommission;
  const carry = state.unit === unit ? state.carry : scaled(state.carry, change);
  const converted: ComponentState = { ...state, unit, carry };
  if (carries(policy)) return { state: converted, lots: carry, quarantine: state.quarantine, writtenOff: [] };
  const writtenOff = carry.map((one): WrittenOff => ({ ...one, reason: 'policy-changed' }));
  return { state: converted, lots: [], quarantine: state.quarantine, writtenOff };
}

export const freshState = (unit: ComponentState['unit']): ComponentState => ({
  unit,
  carry: [],
  quarantine: [],
  toRecoup: '0',
  history: [],
});

const sumOfMoved = (moved: Moved['moved']): Rational => moved.reduce((sum, { amount }) => add(sum, amount), zero);

function mergedCustomers(revenue: readonly NetRevenue[]): Map<string, Rational> {
  const merged = new Map<string, Rational>();
  for (const { byCustomer } of revenue) {
    for (const [customer, net] of byCustomer) merged.set(customer, add(merged.get(customer) ?? zero, net));
  }
  return merged;
}

/** Named customers count once; of events that were added up over customers, what the sums say. */
function measuresOf(net: Rational, facts: readonly MonthFact[], byCustomer: ReadonlyMap<string, Rational>): Measures {
  const named = [...byCustomer.keys()].filter((id) => id !== nobody).length;
  const unnamed = facts.filter(({ customerId }) => customerId === null).reduce((sum, { customers }) => sum + customers, 0);
  return {
    amount: net,
    customers: named + unnamed,
    events: facts.reduce((sum, { events }) => sum + events, 0),
    quantity: facts.reduce((sum, { quantity }) => add(sum, rate(quantity)), zero),
  };
}
