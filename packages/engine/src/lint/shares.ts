import { add, compare, multiply, one, type Rational, zero } from '@tributary/money';
import { type Facts, type Fields, fieldsOf } from '@tributary/rules';
import { exactOf } from '../check/numbers.js';
import { withDefaults } from '../terms.js';
import type { NormalComponent, Terms } from '../types.js';
import { conditionOf } from './alternatives.js';
import { type Effort, effortFor } from './effort.js';
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
  const times = factors.length === 0 ? [] : [multiply(own, largest(factors))];
  return largest([own, ...times, ...sharesBack(component)]);
}

/** What bands that are reached multiply: the shares of the bands below them. */
function sharesBack(component: NormalComponent): Rational[] {
  const bands = component.tiers?.bands ?? [];
  const own = largest(paysOf({ ...component, tiers: null }).rates);
  const shares = bands.map(({ rate, factor }) => exactOf(rate) ?? multiply(own, exactOf(factor) ?? one));
  return bands.flatMap(({ back }, index) => {
    const factor = exactOf(back?.factor);
    return factor === undefined ? [] : [multiply(largest(shares.slice(0, index)), factor)];
  });
}

const total = (components: readonly NormalComponent[]): Rational => sum(components.map(shareOf));

/** What is asked of terms. */
export interface Asked {
  fields: Fields;
  /** Told where not everything could be looked through: then what might add up is taken to. */
  cutOff: { happened: boolean };
}

/**
 * The components by which one event of a kind can earn its own partner most: those that can hold for the same event add up, and of those
 * that exclude each other the heavier ones count.
 */
export function heaviestStack(terms: Terms, kind: string, { fields, cutOff }: Asked): readonly NormalComponent[] {
  const paying = withDefaults(terms).components.filter(
    (component) => component.on === kind && component.downline === null && shareOf(component).n > 0n,
  );
  const fixed: Facts = { ...(terms.licence === undefined ? {} : { licence: terms.licence }), kind };
  const effort = effortFor('stack');
  const together = (components: readonly NormalComponent[]): boolean =>
    !isImpossible(allOf(...components.map(conditionOf)), fields, fixed, effort);
  const stack = new Set(groupsByField(paying).flatMap((group) => heaviestOf(group, together, effort)));
  cutOff.happened ||= effort.isSpent;
  return paying.filter((component) => stack.has(component));
}

/** Conditions that ask about different things do not exclude each other: each group is searched by itself. */
function groupsByField(components: readonly NormalComponent[]): NormalComponent[][] {
  const groups: { fields: Set<string>; members: NormalComponent[] }[] = [];
  for (const component of components) {
    const asked = new Set(fieldsOf(conditionOf(component)));
    const touched = groups.filter(({ fields }) => [...asked].some((field) => fields.has(field)));
    const merged = { fields: new Set([...asked, ...touched.flatMap(({ fields }) => [...fields])]), members: [component] };
    merged.members.unshift(...touched.flatMap(({ members }) => members));
    for (const group of touched) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups.map(({ members }) => members);
}

const mostSearched = 500;

function heaviestOf(
  group: readonly NormalComponent[],
  together: (components: readonly NormalComponent[]) => boolean,
  effort: Effort,
): readonly NormalComponent[] {
  let best: readonly NormalComponent[] = [];
  let searched = 0;
  const search = (rest: readonly NormalComponent[], taken: readonly NormalComponent[]): void => {
    const most = [...taken, ...rest];
    if (compare(total(most), total(best)) <= 0) return;
    searched += 1;
    if (searched > mostSearched) effort.isSpent = true;
    if (together(most) || effort.isSpent) {
      best = most;
      return;
    }
    const [first, ...others] = rest;
    if (first === undefined) return;
    if (together([...taken, first])) search(others, [...taken, first]);
    search(others, taken);
  };
  search(group, []);
  return best;
}

interface Known {
  fields: Fields;
  share: Rational;
  isCutOff: boolean;
}
// Terms are never changed once made, and a bulk amendment asks the same of every deal of a brand for each of its own.
const known = new WeakMap<Terms, Map<string, Known>>();

/** The most that one event of a kind can earn its own partner, as a share of its revenue. */
export function directShare(terms: Terms, kind: string, { fields, cutOff }: Asked): Rational {
  const ofKinds = known.get(terms) ?? new Map<string, Known>();
  known.set(terms, ofKinds);
  let found = ofKinds.get(kind);
  if (found?.fields !== fields) {
    const own = { happened: false };
    found = { fields, share: total(heaviestStack(terms, kind, { fields, cutOff: own })), isCutOff: own.happened };
    ofKinds.set(kind, found);
  }
  cutOff.happened ||= found.isCutOff;
  return found.share;
}
