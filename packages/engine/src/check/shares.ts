import { add, compare, one, type Rational, zero } from '@tributary/money';
import type { Component, Downline, Milestone, Split } from '../types.js';
import { checkRate, exactOf, isMore } from './numbers.js';
import { checkReplacement } from './pay.js';
import { repeated, type TermsProblem, when } from './problem.js';

/** Shares of one commission among several partners: together exactly the whole. */
export function checkSplit(split: Split, at: string): TermsProblem[] {
  if (split.by === 'touches') {
    const problems = [...checkRate(split.first, `${at}/first`), ...checkRate(split.last, `${at}/last`)];
    if (problems.length > 0) return problems;
    return when(isMore(sum([split.first, split.last]), one), at, 'touch-shares-exceed-one');
  }
  const partners = split.shares.map(({ partnerId }) => partnerId);
  const problems = [
    ...split.shares.flatMap(({ share }, index) => checkRate(share, `${at}/shares/${index}/share`)),
    ...repeated(partners, (index) => `${at}/shares/${index}/partnerId`, 'partner-is-named-twice'),
  ];
  if (problems.length > 0) return problems;
  return when(compare(sum(split.shares.map(({ share }) => share)), one) !== 0, `${at}/shares`, 'shares-must-add-up-to-one');
}

const sum = (texts: readonly string[]): Rational => texts.reduce((total, text) => add(total, exactOf(text) ?? zero), zero);

/** Who earns below whom. What is derived from another's commission follows that commission alone. */
export function checkDownline(component: Component, downline: Downline, at: string): TermsProblem[] {
  const path = `${at}/downline`;
  const ofCommission = downline.of !== 'amount';
  const { milestone } = downline;
  const derived = ofCommission || downline.lessPaidBelow === true || downline.ranks !== undefined;
  return [
    ...downline.levels.flatMap((level, index) => checkRate(level, `${path}/levels/${index}`)),
    ...(downline.pool === undefined ? [] : checkRate(downline.pool, `${path}/pool`)),
    ...(milestone
      ? checkMilestone(component, downline, milestone, at)
      : when(ofCommission && component.model !== 'percentage', `${at}/model`, 'shares-of-commission-need-a-percentage')),
    ...(derived ? checkDerived(component, at) : when(component.split !== undefined, `${at}/split`, 'downline-cannot-be-split')),
    ...(downline.ranks ? [...checkRankPay(component, at), ...checkRanks(component, downline.ranks, `${path}/ranks`)] : []),
  ];
}

/** A bonus is an amount, paid once and on top: nothing that modulates a share has a meaning for it. */
function checkMilestone(component: Component, downline: Downline, { earned, reversibleDays = 0 }: Milestone, at: string): TermsProblem[] {
  const { lessPaidBelow, pool, ranks } = downline;
  const { subCent, onRefund, duration } = component;
  const path = `${at}/downline/milestone`;
  return [
    ...when(component.model !== 'flat', `${at}/model`, 'milestones-need-a-flat-amount'),
    ...when(downline.of !== 'commission', `${at}/downline/of`, 'milestones-go-by-commission'),
    ...when(downline.funding !== 'on-top', `${at}/downline/funding`, 'milestones-are-paid-on-top'),
    ...when(duration?.from === 'customer-first', `${at}/duration/from`, 'milestones-last-from-the-recruitment'),
    ...when(!Number.isSafeInteger(earned) || earned < 1, `${path}/earned`, 'milestone-must-be-a-positive-integer'),
    ...when(
      !Number.isInteger(reversibleDays) || reversibleDays < 0 || reversibleDays > longestReversal,
      `${path}/reversibleDays`,
      'reversible-days-between-0-and-3650',
    ),
    ...Object.entries({
      'downline/lessPaidBelow': lessPaidBelow,
      'downline/pool': pool,
      'downline/ranks': ranks,
      subCent,
      onRefund,
    }).flatMap(([field, value]) => when(value !== undefined, `${at}/${field}`, 'milestones-are-paid-once-and-whole')),
  ];
}
const longestReversal = 3_650;

const checkDerived = ({ tiers, caps, split, qualify }: Component, at: string): TermsProblem[] =>
  Object.entries({ tiers, caps, split, 'qualify/customer': qualify?.customer }).flatMap(([field, value]) =>
    when(value !== undefined, `${at}/${field}`, 'derived-amounts-cannot-have-tiers-or-caps'),
  );

/** Ranks say what is paid: nothing else of the component would be looked at. */
const checkRankPay = ({ alternatives, byOrdinal, duration }: Component, at: string): TermsProblem[] =>
  Object.entries({ alternatives, byOrdinal, duration }).flatMap(([field, value]) =>
    when(value !== undefined, `${at}/${field}`, 'ranks-alone-say-what-is-paid'),
  );

function checkRanks(component: Component, ranks: NonNullable<Downline['ranks']>, at: string): TermsProblem[] {
  const { order, pays, sameRank } = ranks;
  return [
    ...repeated(order, (index) => `${at}/order/${index}`, 'rank-is-named-twice'),
    ...repeated(
      pays.map(({ rank }) => rank),
      (index) => `${at}/pays/${index}/rank`,
      'rank-is-paid-twice',
    ),
    ...pays.flatMap((pay, index) => [
      ...when(!order.includes(pay.rank), `${at}/pays/${index}/rank`, 'rank-is-not-in-order'),
      ...checkReplacement(component, pay, `${at}/pays/${index}`, 'rank-pays-nothing'),
    ]),
    ...(sameRank === undefined ? [] : checkRate(sameRank, `${at}/sameRank`)),
  ];
}
