import { add, compare, multiply, one, type Rational, subtract, zero } from '@tributary/money';
import { exactOf } from '../check/numbers.js';
import type { Downline, NormalComponent } from '../types.js';
import { largest, shareOf, sum } from './shares.js';

export interface OverrideComponent extends NormalComponent {
  downline: Downline;
}
export const isOverride = (component: NormalComponent): component is OverrideComponent => component.downline !== null;

/** What has been paid of an event below a level. */
export interface Below {
  /** To its own partner, as a share of the event's revenue. */
  own: Rational;
  /** To the partner directly below. */
  last: Rational;
  /** To everybody below. */
  paid: Rational;
}

/** The share of an event's revenue that an override pays at a distance (0: directly above). Ranks stand for themselves: `shareOfRanks`. */
export function shareAtLevel(component: OverrideComponent, distance: number, { own, last, paid }: Below): Rational {
  const { downline } = component;
  if (downline.ranks !== undefined) return zero;
  const ratio = multiply(shareOf(component), exactOf(downline.levels[distance]) ?? zero);
  const base = downline.of === 'amount' ? one : downline.of === 'commission' ? own : last;
  const share = multiply(ratio, base);
  return downline.lessPaidBelow === true ? largest([subtract(share, paid)]) : share;
}

/** Every rank's payment goes to somebody once; the bonus of the same rank is of the largest of them. */
export function shareOfRanks({ downline: { ranks } }: OverrideComponent): Rational {
  const pays = (ranks?.pays ?? []).flatMap(({ rate }) => exactOf(rate) ?? []);
  return add(sum(pays), multiply(exactOf(ranks?.sameRank) ?? zero, largest(pays)));
}

/** What an override pays over all its levels, when everybody above has it: by level, each a share of the event's revenue. */
export function sharesOfLevels(component: OverrideComponent, own: Rational): Rational[] {
  if (component.downline.ranks !== undefined) return [shareOfRanks(component)];
  const shares: Rational[] = [];
  let below: Below = { own, last: own, paid: own };
  for (const distance of component.downline.levels.keys()) {
    const share = shareAtLevel(component, distance, below);
    shares.push(share);
    below = { own, last: share, paid: add(below.paid, share) };
  }
  return shares;
}

/** The ratios of an override as its terms state them: of the event's amount, or of the commission it is a share of. */
export function ratiosOf(component: OverrideComponent): Rational[] {
  const own = shareOf(component);
  return component.downline.levels.map((level) => multiply(own, exactOf(level) ?? zero));
}

/** What is paid beside the own partner's share: nothing where it comes out of that share. */
export const onTop = ({ downline }: OverrideComponent, shares: readonly Rational[]): Rational =>
  downline.funding === 'on-top' ? sum(shares) : zero;

/** At most what the override allows everybody together. */
export function within({ downline }: OverrideComponent, whole: Rational): Rational {
  const pool = exactOf(downline.pool);
  return pool !== undefined && compare(whole, pool) > 0 ? pool : whole;
}
