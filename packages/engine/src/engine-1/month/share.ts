import { add, multiply, type Rational, rate, rational, subtract, toExactText, zero } from '@tributary/money';
import type { Band, Metric, NormalComponent, Step } from '../../types.js';
import { bandIn, marginalParts, marginalSum } from '../scale.js';
import { isPositive, least } from './lots.js';

/** What the month measured, for a scale. */
export interface Measures {
  amount: Rational;
  customers: number;
  events: number;
  quantity: Rational;
}

/** A version's part of the month: its own net revenue, to be shared by its own rate or scale. */
export interface Part {
  version: number;
  component: NormalComponent;
  net: Rational;
}

/** What is left of each part's positive net revenue when `taken` is taken from them, the earliest first. */
export function leftOf(parts: readonly Part[], taken: Rational): Rational[] {
  let wanted = taken;
  return parts.map(({ net }) => {
    if (!isPositive(net)) return zero;
    const used = least(net, wanted);
    wanted = subtract(wanted, used);
    return subtract(net, used);
  });
}

/**
 * The share of what is left of each part. On a marginal scale the parts lie behind each other in order of time. The fixed amount of a
 * whole scale is the month's: it is paid once, by the last part that has one and shares anything.
 */
export function shareOf(parts: readonly Part[], left: readonly Rational[], measures: Measures): { exact: Rational; steps: Step[] } {
  let [exact, from] = [zero, zero];
  const steps: Step[] = [];
  const fixedBy = parts.findLastIndex((part, index) => isPositive(left[index] ?? zero) && isPositive(fixedOf(part, measures)));
  for (const [index, part] of parts.entries()) {
    const base = left[index] ?? zero;
    if (!isPositive(base)) continue;
    const share = shareOfOne(part, { from, base, paysFixed: index === fixedBy }, measures);
    steps.push({ step: `share-version-${part.version}`, formula: share.formula, value: toExactText(share.exact) });
    exact = add(exact, share.exact);
    from = add(from, base);
  }
  return { exact, steps };
}

interface Stretch {
  from: Rational;
  base: Rational;
  paysFixed: boolean;
}

/** The fixed amount of the band in which the month lies; none on a marginal scale, where it falls on who crosses the bound. */
const fixedOf = ({ component }: Part, measures: Measures): Rational =>
  component.tiers?.scale === 'whole' ? rate(String(wholeRate(component, measures).band?.fixed ?? 0)) : zero;

function shareOfOne(part: Part, { from, base, paysFixed }: Stretch, measures: Measures): { exact: Rational; formula: string } {
  const { component } = part;
  const { tiers } = component;
  if (tiers === null || tiers.scale === 'whole') {
    const share = wholeRate(component, measures);
    const fixed = paysFixed ? fixedOf(part, measures) : zero;
    const bonus = isPositive(fixed) ? ` + ${toExactText(fixed)}` : '';
    const named = share.index === null ? '' : ` (band ${share.index + 1}${share.band?.name ? ` ${share.band.name}` : ''})`;
    return {
      exact: add(multiply(base, share.rate), fixed),
      formula: `${toExactText(base)} x ${toExactText(share.rate)}${bonus}${named}`,
    };
  }
  const parts = marginalParts(tiers.bands, from, add(from, base), tiers.bounds);
  const formula = parts.map(({ band, quantity, fixed }) => {
    const bonus = isPositive(fixed) ? ` + ${toExactText(fixed)}` : '';
    return `${toExactText(quantity)} x ${toExactText(bandRate(component, band))}${bonus}`;
  });
  return { exact: marginalSum(parts, (band) => bandRate(component, band)), formula: formula.join(' + ') };
}

/** What a deficit is worth in commission: the rate of the band in which the month lies; on a marginal scale that of the lowest. */
export function deficitRate(component: NormalComponent, measures: Measures): Rational {
  const { tiers } = component;
  return tiers?.scale === 'marginal' ? bandRate(component, tiers.bands[0] ?? {}) : wholeRate(component, measures).rate;
}

function wholeRate(component: NormalComponent, measures: Measures): { rate: Rational; band: Band | null; index: number | null } {
  const { tiers } = component;
  if (tiers === null) return { rate: rate(component.rate ?? '0'), band: null, index: null };
  const values = tiers.metrics.map(({ measure }) => measured(measure, measures));
  const { band, index } = bandIn(tiers, values);
  return { rate: bandRate(component, band), band, index };
}

function bandRate(component: NormalComponent, band: Band): Rational {
  const own = rate(band.rate ?? component.rate ?? '0');
  return band.factor === undefined ? own : multiply(own, rate(band.factor));
}

function measured(measure: Metric['measure'], { amount, customers, events, quantity }: Measures): Rational {
  if (measure === 'amount') return amount;
  if (measure === 'quantity') return quantity;
  return rational(BigInt(measure === 'customers' ? customers : events));
}
