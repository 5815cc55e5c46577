import { add, compare, isZero, multiply, one, type Rational, rate, toExactText, zero } from '@tributary/money';
import type { Downline, RuleTried, Step } from '../../types.js';
import { exchangeOf } from '../exchange.js';
import type { Line } from '../line.js';
import { noCurrency } from '../own-lines.js';
import { judge, type Link, lineAbove, sumIn } from './chain.js';

type Ranks = NonNullable<Downline['ranks']>;
type Pay = Ranks['pays'][number];

const rankOf = ({ order }: Ranks, tier: string | null): number => (tier === null ? -1 : order.indexOf(tier));

/**
 * Amounts by rank: each rank's goes to the nearest partner above of that rank or, where skipped ranks are paid up, of a higher one. So
 * each is paid once, and with `pay-up` none is lost while anybody above has the rank.
 */
export function byRank(link: Link, ranks: Ranks): Line {
  const { chain, subject, above } = link;
  const { input, rest } = chain;
  const currency = currencyOf(link, ranks);
  const judged = judge(link, currency);
  const { into } = exchangeOf(subject, input.original.currency, currency);
  const unknown = into === null && rest.amount !== null && ranks.pays.some((pay) => pay.rate !== undefined);
  const refusal = currency === noCurrency ? 'no-currency' : (judged.reason ?? (unknown ? 'fx-rate-missing' : null));
  const mine = rankOf(ranks, above.tier);
  const rank = `${above.partnerId} is ${above.tier ?? 'without rank'} at level ${above.distance}`;
  const rules: RuleTried[] = [...judged.rules, { rule: 'rank', passed: mine >= 0, detail: rank }];
  if (refusal !== null) return lineAbove(link, { currency, exact: zero, reason: refusal, rules, steps: [] });

  const amount = rest.amount === null || into === null ? zero : into(rest.amount);
  const units = unitsOf(link);
  if (units === null) return lineAbove(link, { currency, exact: zero, reason: 'no-quantity', rules, steps: [] });
  const steps = [...ranks.pays.filter((pay) => isPaidTo(link, ranks, pay)).map((pay) => stepOf(pay, amount, units))];
  const bonus = sameRankBonus(link, ranks, mine, currency);
  if (bonus === 'fx-rate-missing') return lineAbove(link, { currency, exact: zero, reason: bonus, rules, steps: [] });
  if (bonus) steps.push(bonus);
  const exact = steps.reduce((sum, { value }) => add(sum, value), zero);
  return lineAbove(link, {
    currency,
    exact,
    reason: isZero(exact) ? (rest.gone ? 'fully-refunded' : 'rank-not-reached') : null,
    earnedAt: judged.earnedAt,
    rules,
    steps: steps.map(({ value, ...step }): Step => ({ ...step, value: toExactText(value) })),
  });
}

interface Part {
  step: string;
  formula: string;
  value: Rational;
}

function currencyOf({ chain: { input }, subject }: Link, { pays }: Ranks): string {
  const ofBrand = input.brandCurrency ?? null;
  const usual = pays.some(({ amount }) => amount !== undefined)
    ? (ofBrand ?? input.original.currency)
    : (input.original.currency ?? ofBrand);
  return subject.terms.currency ?? usual ?? noCurrency;
}

/** Whether no partner nearer to the sale takes what a rank is paid. */
function isPaidTo({ chain, above }: Link, ranks: Ranks, { rank }: Pay): boolean {
  const wanted = ranks.order.indexOf(rank);
  const reaches = (tier: string | null): boolean =>
    wanted >= 0 && (ranks.skipped === 'pay-up' ? rankOf(ranks, tier) >= wanted : rankOf(ranks, tier) === wanted);
  return chain.input.circumstances?.uplines.findIndex(({ tier }) => reaches(tier)) === above.distance - 1;
}

/** How often an amount is paid: for each unit of what refunds have left where the model says so, else once. Null without a quantity. */
function unitsOf({ chain: { input, rest }, component }: Link): Rational | null {
  if (component.model !== 'per-unit') return rest.gone ? zero : one;
  const quantity = input.original.details?.quantity;
  return quantity === undefined ? null : multiply(rate(quantity), rest.share);
}

function stepOf({ rank, rate: share, amount = 0 }: Pay, of: Rational, units: Rational): Part {
  const fixed = multiply(units, rate(String(amount)));
  const times = isZero(units) || compare(units, one) === 0 ? toExactText(fixed) : `${toExactText(units)} x ${amount}`;
  return {
    step: `rank ${rank}`,
    formula: share === undefined ? times : `${times} + ${toExactText(of)} x ${share}`,
    value: add(fixed, multiply(of, rate(share ?? '0'))),
  };
}

/** The nearest partner above one of its own rank gets a share of what that one was paid by its rank. */
function sameRankBonus({ chain, above, subject }: Link, ranks: Ranks, mine: number, currency: string): Part | 'fx-rate-missing' | null {
  if (ranks.sameRank === undefined || mine < 0) return null;
  const below = (chain.input.circumstances?.uplines ?? []).slice(0, above.distance - 1);
  const [peer, ...others] = below.filter(({ tier }) => rankOf(ranks, tier) === mine);
  if (peer === undefined || others.length > 0) return null;
  const byRanks = chain.paid.filter(({ partnerId, component }) => partnerId === peer.partnerId && component.downline?.ranks !== undefined);
  const base = sumIn(subject, byRanks, currency);
  if (base === null) return 'fx-rate-missing';
  return { step: 'same-rank', formula: `${toExactText(base)} x ${ranks.sameRank}`, value: multiply(base, rate(ranks.sameRank)) };
}
