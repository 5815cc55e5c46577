import { add, compare, isZero, multiply, type Rational, rate, rational, subtract, toExactText, zero } from '@tributary/money';
import { withDefaults } from '../terms.js';
import type { DealVersion, Downline, FoldInput, NormalComponent, Reason, RuleTried, Step, StreamRecord } from '../types.js';
import { exchangeOf } from './exchange.js';
import { type Line, reasonOf, roundLine, scopeKey } from './line.js';
import { dealOf, earn, subjectOf } from './own-lines.js';
import { pickRate } from './pick-rate.js';
import type { Rest } from './refunds.js';
import { nothingKnown } from './subject.js';

interface Above {
  partnerId: string;
  tier: string | null;
  since: string;
  /** 1 for the partner directly above. */
  distance: number;
}

interface Chain {
  input: FoldInput;
  rest: Rest;
  /** All that the conversion pays so far, own lines and those of partners below. */
  paid: Line[];
  records: StreamRecord[];
  dealsBelow: DealVersion[];
}

/**
 * What partners above earn of a conversion, each by its own deal, nearest first: a share of the event or of what was earned below, the
 * difference to what was paid below, or an amount by rank. `own` are the lines of the conversion's own partner.
 */
export function downlineLines(input: FoldInput, rest: Rest, own: readonly Line[]): { lines: Line[]; records: StreamRecord[] } {
  const { uplines } = input.circumstances ?? nothingKnown;
  const chain: Chain = { input, rest, paid: [...own], records: [], dealsBelow: distinct(own.map(({ deal }) => deal)) };
  for (const [index, upline] of uplines.entries()) {
    const choice = dealOf(input, upline.partnerId);
    if (choice.deal === null) continue;
    const above = { ...upline, distance: index + 1 };
    for (const component of withDefaults(choice.deal.terms).components) {
      if (component.downline === null || component.on !== input.original.kind) continue;
      chain.paid.push(...linesAbove(chain, choice.deal, component, component.downline, above));
    }
    chain.dealsBelow = distinct([...chain.dealsBelow, choice.deal]);
  }
  return { lines: chain.paid.slice(own.length), records: chain.records };
}

const distinct = (deals: readonly DealVersion[]): DealVersion[] => [
  ...new Map(deals.map((deal) => [`${deal.dealId} ${deal.version}`, deal])).values(),
];

function linesAbove(chain: Chain, deal: DealVersion, component: NormalComponent, terms: Downline, above: Above): Line[] {
  const level = terms.levels[above.distance - 1] ?? (terms.ranks ? '1' : undefined);
  if (level === undefined) return [];
  const line = shareOf(chain, deal, component, terms, above, rate(level));
  const adjusted = { ...bounded(chain, line, terms), otherDeals: chain.dealsBelow };
  return terms.funding === 'downline' ? [adjusted, fundedBy(chain, adjusted)] : [adjusted];
}

/** The amount before what was paid below is taken off and the pool clamps it. */
function shareOf(chain: Chain, deal: DealVersion, component: NormalComponent, terms: Downline, above: Above, factor: Rational): Line {
  const { input, rest } = chain;
  if (terms.ranks) return byRank(chain, deal, component, terms.ranks, above);
  if (terms.of === 'amount') {
    const { line, record } = earn(input, deal, component, rest, { factor, since: above.since });
    if (record) chain.records.push(record);
    return line;
  }
  const below = baseBelow(chain, terms.of, above);
  const subject = subjectOf(input, deal);
  const currency = subject.terms.currency ?? below[0]?.currency ?? input.brandCurrency ?? 'XXX';
  const picked = pickRate(component, subject, above.since);
  const share = rate(picked.rate ?? '0');
  const base = below.reduce((sum, line) => add(sum, inCurrency(subject, line, currency)), zero);
  const exact = picked.reason ? zero : multiply(multiply(base, share), factor);
  const step: Step = {
    step: terms.of,
    formula: `${toExactText(base)} x ${picked.rate ?? '0'}${compare(factor, rational(1n)) === 0 ? '' : ` x ${toExactText(factor)}`}`,
    value: toExactText(exact),
  };
  const reason: Reason | null = picked.reason ?? (isZero(base) ? 'nothing-below' : null);
  return lineAbove(chain, deal, component, currency, exact, reason, picked.rules, [step]);
}

/** Lines that an override on commission is a share of: those of the conversion's own partner, or of the one directly below. */
function baseBelow({ paid, input }: Chain, of: Downline['of'], { distance }: Above): Line[] {
  const uplines = input.circumstances?.uplines ?? [];
  const partner = of === 'commission' || distance === 1 ? input.original.partnerId : uplines[distance - 2]?.partnerId;
  return paid.filter((line) => line.partnerId === partner && !line.name.endsWith(fundingSuffix));
}

const fundingSuffix = '-funding';

const bookedAmount = ({ entitlement, exact }: Line): Rational => (entitlement === null ? exact : rational(entitlement));

function inCurrency(subject: ReturnType<typeof subjectOf>, line: Line, currency: string): Rational {
  if (line.currency === currency) return bookedAmount(line);
  const { into } = exchangeOf(subject, line.currency, currency);
  return into === null ? zero : multiply(into(1n), bookedAmount(line));
}

function lineAbove(
  { input }: Chain,
  deal: DealVersion,
  component: NormalComponent,
  currency: string,
  exact: Rational,
  reason: Reason | null,
  rules: readonly RuleTried[],
  steps: readonly Step[],
): Line {
  const entitlement = roundLine(exact, component);
  return {
    scope: scopeKey(input.original.conversionId, deal.dealId, component.name, currency),
    partnerId: deal.partnerId,
    deal,
    component,
    name: component.name,
    currency,
    exact,
    entitlement,
    reason: reasonOf(reason, entitlement),
    earnedAt: null,
    rules,
    steps,
    otherDeals: [],
    circumstantial: true,
  };
}

/** Level difference and pool: what was paid below is taken off, and all together never exceed the pool. */
function bounded({ paid, input, rest }: Chain, line: Line, { lessPaidBelow, pool }: Downline): Line {
  let [exact, reason] = [line.exact, line.reason];
  const steps = [...line.steps];
  const before = paid
    .filter(({ currency, name }) => currency === line.currency && !name.endsWith(fundingSuffix))
    .reduce((sum, one) => add(sum, bookedAmount(one)), zero);
  if (lessPaidBelow) {
    const less = subtract(exact, before);
    steps.push({
      step: 'less-paid-below',
      formula: `${toExactText(exact)} - ${toExactText(before)}, at least 0`,
      value: toExactText(less.n < 0n ? zero : less),
    });
    if (less.n <= 0n && exact.n > 0n) reason = 'paid-below';
    exact = less.n < 0n ? zero : less;
  }
  if (pool !== undefined && rest.amount !== null) {
    const { into } = exchangeOf(subjectOf(input, line.deal), input.original.currency, line.currency);
    const room = subtract(multiply(into === null ? zero : into(rest.amount), rate(pool)), before);
    const left = room.n < 0n ? zero : room;
    steps.push({ step: 'pool', formula: `${rest.amount} x ${pool} - ${toExactText(before)} are left`, value: toExactText(left) });
    if (compare(exact, left) > 0) [exact, reason] = [left, isZero(left) ? 'pool-used-up' : reason];
  }
  if (exact === line.exact) return { ...line, steps, circumstantial: true };
  const entitlement = line.entitlement === null ? null : roundDown(exact, line, pool !== undefined);
  return { ...line, exact, entitlement, reason: reasonOf(reason, entitlement), steps, circumstantial: true };
}

/** A pool is never exceeded by rounding up. */
const roundDown = (exact: Rational, line: Line, pooled: boolean): bigint | null =>
  roundLine(exact, pooled ? { ...line.component, rounding: 'down' } : line.component);

/** The other side of what a partner above gets out of the share of the conversion's own partner. */
function fundedBy({ input }: Chain, line: Line): Line {
  const { partnerId } = input.original;
  return {
    ...line,
    scope: `${line.scope}/funding`,
    partnerId: partnerId ?? line.partnerId,
    name: `${line.name}${fundingSuffix}`,
    exact: { n: -line.exact.n, d: line.exact.d },
    entitlement: line.entitlement === null ? null : -line.entitlement,
    steps: [...line.steps, { step: 'funding', formula: `out of the share of ${partnerId}`, value: `-${toExactText(line.exact)}` }],
  };
}

/**
 * Amounts by rank: each rank's goes to the nearest partner above of that rank or, where skipped ranks are paid up, of a higher one. So
 * each is paid once, and with `pay-up` none is lost while anybody above has the rank.
 */
function byRank(chain: Chain, deal: DealVersion, component: NormalComponent, ranks: NonNullable<Downline['ranks']>, above: Above): Line {
  const { input, rest } = chain;
  const subject = subjectOf(input, deal);
  const uplines = (input.circumstances ?? nothingKnown).uplines;
  const rankOf = (tier: string | null): number => (tier === null ? -1 : ranks.order.indexOf(tier));
  const mine = rankOf(above.tier);
  const nearest = (wanted: number): number =>
    uplines.findIndex(({ tier }) => (ranks.skipped === 'pay-up' ? rankOf(tier) >= wanted : rankOf(tier) === wanted));
  const currency =
    subject.terms.currency ??
    (ranks.pays.some(({ amount }) => amount !== undefined) ? input.brandCurrency : input.original.currency) ??
    'XXX';
  const { into } = exchangeOf(subject, input.original.currency, currency);
  const amount = rest.amount === null || into === null ? zero : into(rest.amount);
  const steps: Step[] = [];
  const rules: RuleTried[] = [
    { rule: 'rank', passed: mine >= 0, detail: `${above.partnerId} is ${above.tier ?? 'without rank'} at level ${above.distance}` },
  ];
  let exact = zero;
  for (const pays of ranks.pays) {
    if (nearest(ranks.order.indexOf(pays.rank)) !== above.distance - 1) continue;
    const flat = multiply(rate(String(pays.amount ?? 0)), rest.gone ? zero : rational(1n));
    const value = add(flat, multiply(amount, rate(pays.rate ?? '0')));
    exact = add(exact, value);
    steps.push({
      step: `rank ${pays.rank}`,
      formula: pays.rate === undefined ? `${pays.amount}` : `${toExactText(amount)} x ${pays.rate}`,
      value: toExactText(value),
    });
  }
  const bonus = sameRankBonus(chain, ranks, above, mine, rankOf);
  if (bonus) {
    exact = add(exact, bonus.exact);
    steps.push(bonus.step);
  }
  return lineAbove(chain, deal, component, currency, exact, isZero(exact) ? 'rank-not-reached' : null, rules, steps);
}

/** The nearest partner above one of its own rank gets a share of what that one was paid for its rank. */
function sameRankBonus(
  { paid, input }: Chain,
  { sameRank }: NonNullable<Downline['ranks']>,
  above: Above,
  mine: number,
  rankOf: (tier: string | null) => number,
) {
  const uplines = input.circumstances?.uplines ?? [];
  if (sameRank === undefined || mine < 0) return null;
  const peers = uplines.slice(0, above.distance - 1).filter(({ tier }) => rankOf(tier) === mine);
  const [peer] = peers;
  if (peer === undefined || peers.length > 1) return null;
  const base = paid.filter(({ partnerId }) => partnerId === peer.partnerId).reduce((sum, line) => add(sum, bookedAmount(line)), zero);
  const exact = multiply(base, rate(sameRank));
  return { exact, step: { step: 'same-rank', formula: `${toExactText(base)} x ${sameRank}`, value: toExactText(exact) } };
}
