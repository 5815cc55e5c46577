import {
  add,
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
import type { Back, Band, Kept, NormalComponent, NormalTiers, Reason, StreamPlace, StreamRecord } from '../../types.js';
import { type BandFound, bandIn, marginalParts } from '../scale.js';
import { atBack, atBand, formulaAtBack, formulaAtBand } from './at-band.js';
import { byCaps } from './caps.js';
import { atMilestone } from './milestone.js';
import type { Trail } from './trail.js';

export interface StreamAmount {
  /** Exact commission after tiers and caps. */
  exact: Rational;
  /** Rounded: of an accumulating stream the difference that it makes to the rounded sum. */
  entitlement: bigint;
  reason: Reason | null;
  /** What it takes of each cap's room. */
  takes: readonly Rational[];
  /** The band of a whole scale by which it is rated; null where there is none, or nothing is left to rate. */
  band: number | null;
}

type Line = Pick<StreamRecord, 'weights' | 'picked' | 'whole' | 'rest'>;

/**
 * What a record of a stream earns at its place: the scale gives its rate or amount, the caps clamp it, and the sum of an accumulating
 * stream is rounded before and after it. A pure function of record, terms and place: explanations are recomputed by it.
 */
export function amountAt(line: Line, component: NormalComponent, place: StreamPlace, trail?: Trail): StreamAmount {
  const { tiers, caps, subCent, rounding, downline } = component;
  if (downline?.milestone) return atMilestone(line, component, downline.milestone, place, trail);
  const scaled = (kept: Kept, written?: Trail): Scaled =>
    tiers === null ? { value: parseFraction(kept.plain), band: null } : byTiers(line, kept, tiers, place, written);
  const { value, band } = scaled(line.rest, trail);
  const accumulates = subCent === 'accumulate';
  const limited = { caps, place, settled: (amount: Rational) => (accumulates ? amount : rational(round(amount, rounding))) };
  const { exact, takes, capped } = byCaps(limited, value, () => (isWhole(line) ? value : scaled(line.whole).value), trail);
  const reason: Reason | null = capped && isZero(exact) ? 'over-cap' : null;
  if (!accumulates) return { exact, entitlement: round(exact, rounding), reason, takes, band };
  const before = parseFraction(place.sumBefore);
  const after = add(before, exact);
  trail?.steps.push({ step: 'running-sum', formula: `${toExactText(before)} + ${toExactText(exact)}`, value: toExactText(after) });
  return { exact, entitlement: round(after, rounding) - round(before, rounding), reason, takes, band };
}

interface Scaled {
  value: Rational;
  band: number | null;
}

const isWhole = ({ whole, rest }: Line): boolean => whole.plain === rest.plain && whole.base === rest.base && whole.units === rest.units;
const isNothing = ({ plain, base, units }: Kept): boolean => plain === '0' && base === '0' && units === '0';

function byTiers(line: Line, kept: Kept, tiers: NormalTiers, place: StreamPlace, trail?: Trail): Scaled {
  if (isNothing(kept)) return { value: zero, band: null };
  const before = place.before.map(parseFraction);
  const after = before.map((value, index) => add(value, parseFraction(line.weights[index] ?? '0')));
  if (tiers.scale === 'marginal') return { value: marginal(line, kept, tiers, before[0] ?? zero, after[0] ?? zero, trail), band: null };
  return whole(line, kept, tiers, { ...place, from: before, to: after }, trail);
}

/** A place with its meters before the line and with it. */
interface Meters extends StreamPlace {
  from: readonly Rational[];
  to: readonly Rational[];
}

function whole({ picked }: Line, kept: Kept, tiers: NormalTiers, at: Meters, trail?: Trail): Scaled {
  const isNew = tiers.crossing === 'new';
  const value = at.reached?.map(parseFraction) ?? (isNew ? at.to : at.from);
  const found = bandIn(tiers, value);
  const stood = stoodBefore(found, tiers, at.to);
  const fixed = fixedOfWhole(found, at);
  const paid = stood ? atBack(stood.back, stood.band, kept, picked) : atBand(found.band, kept, picked);
  const total = add(paid, fixed);
  if (trail) {
    const by = at.reached ? 'reached in the period' : isNew ? 'this one counted' : 'before this one';
    const own = stood ? `; before it, in band ${nameOf(stood)} at ${metersAt(at.to)}` : '';
    trail.rules.push({ rule: 'tier', passed: true, detail: `band ${nameOf(found)} at ${metersAt(value)}, ${by}${own}` });
    const formula = stood ? formulaAtBack(stood.back, stood.band, kept, picked) : formulaAtBand(found.band, kept, picked);
    trail.steps.push({ step: 'tier', formula: `${formula}${plusFixed(fixed)}`, value: toExactText(total) });
  }
  return { value: total, band: found.index };
}

/** The band at a line's own place, where it is below the one that was reached and that one pays such lines in a way of its own. */
function stoodBefore({ band, index }: BandFound, tiers: NormalTiers, to: readonly Rational[]): (BandFound & { back: Back }) | null {
  if (band.back === undefined) return null;
  const own = bandIn(tiers, to);
  return own.index < index ? { ...own, back: band.back } : null;
}

const metersAt = (values: readonly Rational[]): string => values.map(toExactText).join(' and ');

/** Of a whole scale the fixed amount of a band falls on the first line that is rated by it. */
const fixedOfWhole = ({ band, index }: BandFound, { bandBefore }: StreamPlace): Rational =>
  band.fixed === undefined || bandBefore === index ? zero : rate(String(band.fixed));

function marginal(line: Line, kept: Kept, tiers: NormalTiers, from: Rational, to: Rational, trail?: Trail): Rational {
  const weight = subtract(to, from);
  if (isZero(weight)) {
    const found = bandIn(tiers, [from]);
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
      formula: `${toExactText(part.quantity)} of ${toExactText(weight)}: ${formulaAtBand(part.band, kept, line.picked)}${plusFixed(part.fixed)}`,
      value: toExactText(value),
    });
  }
  trail?.rules.push({ rule: 'tier', passed: true, detail: `from ${toExactText(from)} to ${toExactText(to)}` });
  return sum;
}

const plusFixed = (fixed: Rational): string => (isZero(fixed) ? '' : ` + ${toExactText(fixed)}`);

const nameOf = ({ band, index }: { band: Band; index: number }): string => band.name ?? `${index + 1}`;
