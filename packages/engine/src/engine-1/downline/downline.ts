import { isZero, multiply, negate, type Rational, rate, toExactText, zero } from '@tributary/money';
import type { DealVersion, Downline, FoldInput, Step, StreamRecord } from '../../types.js';
import { type Line, scopeKey } from '../line.js';
import { dealOf, earn, noCurrency, subjectOf } from '../own-lines.js';
import { pickRate } from '../pick-rate.js';
import type { Rest } from '../refunds.js';
import { nothingKnown } from '../subject.js';
import { bounded } from './bounded.js';
import { type Chain, judge, type Link, latestOf, lineAbove, sumIn } from './chain.js';
import { onTheWay } from './milestone.js';
import { byRank } from './ranks.js';

/**
 * What partners above earn of a conversion, each by its own deal, nearest first: a share of the event or of what was earned below, the
 * difference to what was paid below, or an amount by rank. `own` are the lines of the conversion's own partner.
 */
export function downlineLines(input: FoldInput, rest: Rest, own: readonly Line[]): { lines: Line[]; records: StreamRecord[] } {
  const { uplines } = input.circumstances ?? nothingKnown;
  const chain: Chain = { input, rest, paid: [...own], lines: [], records: [], dealsBelow: distinct(own.map(({ deal }) => deal)) };
  for (const [index, upline] of uplines.entries()) {
    const { deal } = dealOf(input, upline.partnerId);
    if (deal === null) continue;
    const above = { ...upline, distance: index + 1 };
    const subject = subjectOf(input, deal);
    for (const component of subject.terms.components) {
      if (component.downline === null || component.on !== input.original.kind) continue;
      addLines({ chain, deal, component, subject, above }, component.downline);
    }
    chain.dealsBelow = distinct([...chain.dealsBelow, deal]);
  }
  return { lines: chain.lines, records: chain.records };
}

const distinct = (deals: readonly DealVersion[]): DealVersion[] => [
  ...new Map(deals.map((deal) => [`${deal.dealId} ${deal.version}`, deal])).values(),
];

/** The level is the share of the model's result at this distance; further away than the terms go there is nothing. */
function addLines(link: Link, terms: Downline): void {
  const { chain, above } = link;
  const level = terms.levels[above.distance - 1] ?? (terms.ranks ? '1' : undefined);
  if (level === undefined) return;
  const line = { ...bounded(link, shareOf(link, terms, rate(level)), terms), otherDeals: chain.dealsBelow, circumstantial: true };
  chain.paid.push(line);
  chain.lines.push(line, ...(terms.funding === 'downline' ? [fundedBy(chain, line)] : []));
}

/** The amount before what was paid below is taken off and the pool clamps it. */
function shareOf(link: Link, terms: Downline, factor: Rational): Line {
  if (terms.ranks) return byRank(link, terms.ranks);
  if (terms.milestone) return onTheWay(link, linesBelow(link, 'commission'), factor);
  if (terms.of !== 'amount') return ofCommission(link, terms.of, factor);
  const { chain, deal, component, above } = link;
  const { line, record } = earn(chain.input, deal, component, chain.rest, { factor, since: above.since });
  if (record) chain.records.push(record);
  return line;
}

/** A share of what was earned below: by the conversion's own partner, or by the one directly below. */
function ofCommission(link: Link, of: 'commission' | 'level-below', factor: Rational): Line {
  const { chain, component, subject, above } = link;
  const below = linesBelow(link, of);
  const { brandCurrency, original } = chain.input;
  const currency = subject.terms.currency ?? below[0]?.currency ?? brandCurrency ?? original.currency ?? noCurrency;
  const base = sumIn(subject, below, currency);
  const judged = judge(link, currency);
  const picked = pickRate(component, subject, above.since);
  const refusal = judged.reason ?? picked.reason ?? (base === null ? 'fx-rate-missing' : null);
  const exact = refusal || base === null ? zero : multiply(multiply(base, rate(picked.rate ?? '0')), factor);
  const step: Step = {
    step: of,
    formula: `${toExactText(base ?? zero)} x ${picked.rate ?? '0'}${factor.n === factor.d ? '' : ` x ${toExactText(factor)}`}`,
    value: toExactText(exact),
  };
  return lineAbove(link, {
    currency,
    exact,
    reason: refusal ?? (isZero(base ?? zero) ? 'nothing-below' : null),
    earnedAt: latestOf([judged.earnedAt, ...below.map(({ earnedAt }) => earnedAt)]),
    rules: [...judged.rules, ...picked.rules],
    steps: refusal ? [] : [step],
  });
}

function linesBelow({ chain, above }: Link, of: 'commission' | 'level-below'): Line[] {
  const { original, circumstances } = chain.input;
  const direct = of === 'commission' || above.distance === 1;
  const partner = direct ? original.partnerId : circumstances?.uplines[above.distance - 2]?.partnerId;
  return chain.paid.filter(({ partnerId }) => partnerId === partner);
}

/** The other side of what a partner above gets out of the share of the conversion's own partner. */
function fundedBy({ input }: Chain, line: Line): Line {
  const partnerId = input.original.partnerId ?? line.partnerId;
  return {
    ...line,
    scope: `${line.scope}/funding/${scopeKey(partnerId)}`,
    partnerId,
    name: `${line.name}-funding`,
    exact: negate(line.exact),
    entitlement: line.entitlement === null ? null : -line.entitlement,
    steps: [...line.steps, { step: 'funding', formula: `out of the share of ${partnerId}`, value: toExactText(negate(line.exact)) }],
  };
}
