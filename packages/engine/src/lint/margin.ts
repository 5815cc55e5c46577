import { add, compare, one, type Rational, toExactText } from '@tributary/money';
import type { Fields } from '@tributary/rules';
import { exactOf } from '../check/numbers.js';
import { withDefaults } from '../terms.js';
import type { Terms } from '../types.js';
import { asPercent, error, type Finding, warning } from './finding.js';
import {
  type Below,
  isOverride,
  type OverrideComponent,
  onTop,
  ratiosOf,
  shareAtLevel,
  shareOfRanks,
  sharesOfLevels,
  within,
} from './overrides.js';
import { type Asked, directShare, heaviestStack, largest, shareOf, sum } from './shares.js';

export interface MarginOptions {
  /** The most of an event's revenue that everybody together may earn; without one: all of it. */
  maximum: string | undefined;
  /** Deals of partners who may stand below: the overrides pay on top of the largest of their shares. */
  brandTerms: readonly Terms[];
  /** Deals of the partners above, the nearest first: they earn on this deal's events. */
  uplineTerms: readonly Terms[];
  fields: Fields;
}

type AskedMargin = MarginOptions & Asked;

/** Whether what a deal and those above and below it pay of one event stays within the margin. */
export function lintMargin(terms: Terms, options: MarginOptions): Finding[] {
  const kinds = [...new Set(terms.components.map(({ on }) => on))];
  return kinds.flatMap((kind) => {
    const cutOff = { happened: false };
    const findings = lintKind(terms, kind, { ...options, cutOff });
    return cutOff.happened ? findings.map((finding) => ({ ...finding, message: `${finding.message} ${notAll}` })) : findings;
  });
}

const notAll = 'Not all of the conditions could be looked through: it may be less.';

function lintKind(terms: Terms, kind: string, options: AskedMargin): Finding[] {
  const direct = lintDirect(terms, kind, options);
  if (direct.length > 0) return direct;
  return [...lintUplines(terms, kind, options), ...lintOverrides(terms, kind, options)];
}

const limitOf = ({ maximum }: MarginOptions): Rational => exactOf(maximum) ?? one;
const isBeyond = (share: Rational, options: AskedMargin): boolean => compare(share, limitOf(options)) > 0;
const allowed = (options: AskedMargin): string =>
  options.maximum === undefined ? 'there is only 100 %' : `the brand allows ${asPercent(limitOf(options))}`;

/** The components that one event can earn its own partner by. The finding stands at the one that goes too far. */
function lintDirect(terms: Terms, kind: string, options: AskedMargin): Finding[] {
  const stack = heaviestStack(terms, kind, options);
  const shares = stack.map(shareOf);
  if (!isBeyond(sum(shares), options)) return [];
  const tipping = stack[shares.findIndex((_, index) => isBeyond(sum(shares.slice(0, index + 1)), options))];
  const index = withDefaults(terms).components.findIndex(({ name }) => name === tipping?.name);
  const parts = shares.length > 1 ? ` (${shares.map(asPercent).join(' + ')})` : '';
  const message = `An event of kind ${kind} can earn ${asPercent(sum(shares))} of its revenue${parts}; ${allowed(options)}.`;
  return [error(`/components/${index}`, 'shares-exceed-the-margin', message)];
}

/** What the partners above earn on this deal's own events. */
function lintUplines(terms: Terms, kind: string, options: AskedMargin): Finding[] {
  const own = directShare(terms, kind, options);
  if (own.n === 0n) return [];
  let below: Below = { own, last: own, paid: own };
  const shares = options.uplineTerms.map((above, distance) => {
    const overrides = withDefaults(above)
      .components.filter(isOverride)
      .filter(({ on }) => on === kind);
    const share = sum(overrides.map((override) => onTop(override, [shareAtLevel(override, distance, below), shareOfRanks(override)])));
    below = { own, last: share, paid: add(below.paid, share) };
    return share;
  });
  const whole = add(own, sum(shares));
  if (!isBeyond(whole, options)) return [];
  const message = `Of an event of kind ${kind} this deal pays ${asPercent(own)} and those above it ${asPercent(sum(shares))}, together ${asPercent(whole)}; ${allowed(options)}.`;
  return [error('/components', 'overrides-exceed-the-margin', message)];
}

/** What this deal's overrides pay on the events of partners below, who earn at least by terms like these. */
function lintOverrides(terms: Terms, kind: string, options: AskedMargin): Finding[] {
  const own = largest([terms, ...options.brandTerms].map((deal) => directShare(deal, kind, options)));
  let paid = own;
  return withDefaults(terms).components.flatMap((component, index) => {
    if (component.on !== kind || !isOverride(component)) return [];
    const at = `/components/${index}/downline`;
    const shares = sharesOfLevels(component, own);
    const impossible = lintRatios(component, own, shares, at);
    if (impossible.length > 0) return impossible;
    const wanted = add(paid, onTop(component, shares));
    paid = within(component, wanted);
    return [...lintPool(component, wanted, at), ...(isBeyond(paid, options) ? [beyond(kind, own, paid, at, options)] : [])];
  });
}

function beyond(kind: string, own: Rational, paid: Rational, at: string, options: AskedMargin): Finding {
  const parts = own.n === 0n ? '' : `, ${asPercent(own)} of it to its own partner`;
  const message = `An event of kind ${kind} can earn ${asPercent(paid)} of its revenue${parts}; ${allowed(options)}.`;
  return error(at, 'overrides-exceed-the-margin', message);
}

/** Ratios of one whole stay below it; levels paid out of the own partner's share leave some of it. */
function lintRatios(component: OverrideComponent, own: Rational, shares: readonly Rational[], at: string): Finding[] {
  const { of, lessPaidBelow, funding, ranks } = component.downline;
  if (lessPaidBelow === true || ranks !== undefined) return [];
  if (funding === 'downline') {
    if (own.n === 0n || compare(sum(shares), own) < 0) return [];
    const message = `The levels take ${asPercent(sum(shares))} of the revenue out of a share of ${asPercent(own)}: nothing is left of it.`;
    return [error(`${at}/levels`, 'levels-take-everything', message)];
  }
  if (of === 'level-below') return [];
  const ratios = of === 'amount' ? [...(own.n > 0n ? [own] : []), ...ratiosOf(component)] : ratiosOf(component);
  if (compare(sum(ratios), one) < 0) return [];
  const message = `The ratios ${ratios.map(toExactText).join(' + ')} come to ${asPercent(sum(ratios))}: they must stay below 100 %.`;
  return [error(`${at}/levels`, 'ratios-must-stay-below-one', message)];
}

function lintPool(component: OverrideComponent, wanted: Rational, at: string): Finding[] {
  const pool = exactOf(component.downline.pool);
  if (pool === undefined || compare(wanted, pool) <= 0) return [];
  const message = `The pool of ${asPercent(pool)} is smaller than the ${asPercent(wanted)} that shares and levels come to: they will be cut.`;
  return [warning(`${at}/pool`, 'pool-is-too-small', message)];
}
