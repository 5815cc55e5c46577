import {
  add,
  compare,
  divide,
  isZero,
  multiply,
  parseFraction,
  type Rational,
  rate,
  rational,
  round,
  subtract,
  toExactText,
  zero,
} from '@tributary/money';
import type { Band, Kept, NormalComponent, NormalTiers, Reason, RuleTried, Step, StreamPlace, StreamRecord } from '../../types.js';
import { type BandFound, bandOf, marginalParts } from '../scale.js';

export interface StreamAmount {
  /** Exact commission after tiers and caps. */
  exact: Rational;
  /** Rounded: of an accumulating stream the difference that it makes to the rounded sum. */
  entitlement: bigint;
  reason: Reason | null;
  /** What it takes of each cap's room. */
  takes: readonly Rational[];
}

/** Where rules and steps are written down; left out where only the amount is wanted. */
export interface Trail {
  rules: RuleTried[];
  steps: Step[];
}

type Line = Pick<StreamRecord, 'weights' | 'picked' | 'whole' | 'rest'>;

/**
 * What a record of a stream earns at its place: the scale gives its rate or amount, the caps clamp it, and the sum of an accumulating
 * stream is rounded before and after it. A pure function of record, terms and place: explanations are recomputed by it.
 */
export function amountAt(line: Line, component: NormalComponent, place: StreamPlace, trail?: Trail): StreamAmount {
  const scaled = (kept: Kept, written?: Trail): Rational =>
    component.tiers === null ? parseFraction(kept.plain) : byTiers(line, kept, component.tiers, place, written);
  const rest = scaled(line.rest, trail);
  const { exact, takes, capped } = byCaps(line, rest, component, place, scaled, trail);
  const reason: Reason | null = capped && isZero(exact) ? 'over-cap' : null;
  if (component.subCent !== 'accumulate') return { exact, entitlement: round(exact, component.rounding), reason, takes };
  const before = parseFraction(place.sumBefore);
  const after = add(before, exact);
  const entitlement = round(after, component.rounding) - round(before, component.rounding);
  trail?.steps.push({ step: 'running-sum', formula: `${toExactText(before)} + ${toExactText(exact)}`, value: toExactText(after) });
  return { exact, entitlement, reason, takes };
}

function byTiers(line: Line, kept: Kept, tiers: NormalTiers, place: StreamPlace, trail?: Trail): Rational {
  const before = place.before.map(parseFraction);
  const after = before.map((value, index) => add(value, parseFraction(line.weights[index] ?? '0')));
  if (tiers.scale === 'marginal') return marginal(line, kept, tiers, before[0] ?? zero, after[0] ?? zero, trail);
  const reached = place.reached?.map(parseFraction) ?? null;
  const value = reached ?? (tiers.crossing === 'new' ? after : before);
  const found = bandOf(tiers.bands, value, tiers.bounds);
  const amount = atBand(found.band, kept, line.picked);
  const fixed = fixedOfWhole(tiers, found, before, after, reached !== null, place.first);
  const total = add(amount, fixed);
  if (trail) {
    const meters = value.map(toExactText).join(' and ');
    const by = reached ? 'reached in the period' : tiers.crossing === 'new' ? 'this one counted' : 'before this one';
    trail.rules.push({ rule: 'tier', passed: true, detail: `band ${nameOf(found)} at ${meters}, ${by}` });
    trail.steps.push({ step: 'tier', formula: formulaAt(found.band, kept, line.picked), value: toExactText(total) });
  }
  return total;
}

/** Of a whole scale the fixed amount falls on the fact that moves the meter into the band; of a retroactive one on the first line. */
function fixedOfWhole(
  tiers: NormalTiers,
  { band, index }: BandFound,
  before: readonly Rational[],
  after: readonly Rational[],
  retroactive: boolean,
  first: boolean,
): Rational {
  if (band.fixed === undefined) return zero;
  const due = retroactive ? first : entersBand(tiers, index, before, after);
  return due ? rate(String(band.fixed)) : zero;
}

function entersBand(tiers: NormalTiers, index: number, before: readonly Rational[], after: readonly Rational[]): boolean {
  const moves = bandOf(tiers.bands, after, tiers.bounds).index === index;
  const comes = bandOf(tiers.bands, before, tiers.bounds).index !== index || before.every((value) => value.n === 0n);
  return moves && comes;
}

function marginal(line: Line, kept: Kept, tiers: NormalTiers, from: Rational, to: Rational, trail?: Trail): Rational {
  const weight = subtract(to, from);
  if (isZero(weight)) {
    const found = bandOf(tiers.bands, [from], tiers.bounds);
    trail?.rules.push({ rule: 'tier', passed: true, detail: `band ${nameOf(found)} at ${toExactText(from)}` });
    return atBand(found.band, kept, line.picked);
  }
  let sum = zero;
  for (const part of marginalParts(tiers.bands, from, to, tiers.bounds)) {
    const share = divide(part.quantity, weight);
    const value = add(multiply(atBand(part.band, kept, line.picked), share), part.fixed);
    sum = add(sum, value);
    trail?.steps.push({
      step: `band ${nameOf(part)}`,
      formula: `${toExactText(part.quantity)} of ${toExactText(weight)}: ${formulaAt(part.band, kept, line.picked)}${part.fixed.n === 0n ? '' : ` + ${toExactText(part.fixed)}`}`,
      value: toExactText(value),
    });
  }
  trail?.rules.push({ rule: 'tier', passed: true, detail: `from ${toExactText(from)} to ${toExactText(to)}` });
  return sum;
}

/** What the whole of `kept` comes to at a band. */
function atBand(band: Band, kept: Kept, picked: Line['picked']): Rational {
  const own = band.rate === undefined && band.amount === undefined;
  const amount = own
    ? parseFraction(kept.plain)
    : add(
        multiply(parseFraction(kept.base), rate(band.rate ?? picked.rate ?? '0')),
        multiply(parseFraction(kept.units), rate(String(band.amount ?? picked.amount ?? '0'))),
      );
  return band.factor === undefined ? amount : multiply(amount, rate(band.factor));
}

function formulaAt(band: Band, kept: Kept, picked: Line['picked']): string {
  const text = (fraction: string): string => toExactText(parseFraction(fraction));
  const parts: string[] = [];
  if (band.rate === undefined && band.amount === undefined) parts.push(text(kept.plain));
  else {
    const share = band.rate ?? picked.rate;
    const amount = band.amount ?? picked.amount;
    if (share !== null && kept.base !== '0') parts.push(`${text(kept.base)} x ${share}`);
    if (amount !== null && kept.units !== '0') parts.push(`${text(kept.units)} x ${amount}`);
  }
  const sum = parts.join(' + ') || '0';
  return band.factor === undefined ? sum : `(${sum}) x ${band.factor}`;
}

const nameOf = ({ band, index }: { band: Band; index: number }): string => band.name ?? `${index + 1}`;

function byCaps(
  line: Line,
  rest: Rational,
  { caps }: NormalComponent,
  place: StreamPlace,
  scaled: (kept: Kept) => Rational,
  trail?: Trail,
): { exact: Rational; takes: Rational[]; capped: boolean } {
  if (caps.length === 0) return { exact: rest, takes: [], capped: false };
  const whole = line.whole.plain === line.rest.plain && line.whole.base === line.rest.base ? rest : scaled(line.whole);
  const one = rational(1n);
  let exact = rest;
  let blocked = false;
  for (const [index, cap] of caps.entries()) {
    const room = parseFraction(place.room[index] ?? '0');
    const before = exact;
    if (cap.measure === 'conversions') {
      if (compare(room, one) < 0) [exact, blocked] = [zero, true];
    } else if (compare(exact, room) > 0) {
      exact = room.n < 0n ? zero : room;
    }
    const held = compare(exact, before) === 0;
    trail?.rules.push({
      rule: 'cap',
      passed: held,
      detail: `${cap.limit} ${cap.measure} per ${cap.per}: ${toExactText(room)} left${held ? '' : `, ${toExactText(before)} becomes ${toExactText(exact)}`}`,
    });
  }
  const takes = caps.map((cap, index) => {
    const room = parseFraction(place.room[index] ?? '0');
    const stays = cap.afterRefund === 'stays';
    const value = stays ? whole : exact;
    if (blocked || isZero(value)) return zero;
    if (cap.measure === 'conversions') return one;
    return compare(value, room) > 0 ? room : value;
  });
  return { exact, takes, capped: compare(exact, rest) !== 0 };
}
