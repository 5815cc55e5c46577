import { add, compare, multiply, type Rational, zero } from '@tributary/money';
import type { Fields } from '@tributary/rules';
import { exactOf } from '../check/numbers.js';
import { withDefaults } from '../terms.js';
import type { NormalComponent, Terms } from '../types.js';
import { conditionOf } from './alternatives.js';
import { allOf } from './finding.js';
import { paysOf } from './limits.js';
import { isImpossible } from './witness.js';

export const largest = (shares: readonly Rational[]): Rational =>
  shares.reduce((most, share) => (compare(share, most) > 0 ? share : most), zero);
export const sum = (shares: readonly Rational[]): Rational => shares.reduce(add, zero);

/** The largest share of an event's revenue that the component can pay. Flat amounts are no share of anything: they count as none. */
export function shareOf(component: NormalComponent): Rational {
  const factors = (component.tiers?.bands ?? []).flatMap(({ factor }) => exactOf(factor) ?? []);
  const own = largest(paysOf(component).rates);
  return factors.length === 0 ? own : largest([own, multiply(own, largest(factors))]);
}

const total = (components: readonly NormalComponent[]): Rational => sum(components.map(shareOf));

/**
 * The components by which one event of a kind can earn its own partner most: those that can hold for the same event add up, and of those
 * that exclude each other the heavier ones count.
 */
export function heaviestStack(terms: Terms, kind: string, fields: Fields): readonly NormalComponent[] {
  const paying = withDefaults(terms).components.filter(
    (component) => component.on === kind && component.downline === null && shareOf(component).n > 0n,
  );
  const together = (components: readonly NormalComponent[]): boolean =>
    !isImpossible(allOf(...components.map(conditionOf)), fields, {
      ...(terms.licence === undefined ? {} : { licence: terms.licence }),
      kind,
    });
  const search = (rest: readonly NormalComponent[], taken: readonly NormalComponent[]): readonly NormalComponent[] => {
    if (together([...taken, ...rest])) return [...taken, ...rest];
    const [first, ...others] = rest;
    if (first === undefined) return taken;
    const without = search(others, taken);
    if (!together([...taken, first])) return without;
    const including = search(others, [...taken, first]);
    return compare(total(including), total(without)) >= 0 ? including : without;
  };
  return search(paying, []);
}

export const directShare = (terms: Terms, kind: string, fields: Fields): Rational => total(heaviestStack(terms, kind, fields));
