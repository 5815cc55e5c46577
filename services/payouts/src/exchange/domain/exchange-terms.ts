import type { PayoutExchange } from '@tributary/contracts';
import { type FoundRate, type FxRate, rateOn } from '@tributary/engine';
import { add, type CurrencyCode, exchange, isCurrency, multiply, rate, rational, round, toFraction, toWireAmount } from '@tributary/money';

/** A pair of currencies that a brand exchanges, and what that costs. */
export interface ExchangePair {
  from: string;
  to: string;
  /** A share of what is exchanged, as a decimal. */
  percent: string;
  /** Minor units of `from`. */
  fixed: number;
  bearer: 'partner' | 'brand';
}
/** In which other currencies a brand pays. */
export interface ExchangePolicy {
  /** Whose rates; null: those that count. */
  source: string | null;
  pairs: readonly ExchangePair[];
}
/** A recorded rate; of several sources of a pair and day one counts. */
export type KnownRate = FxRate & { counts: boolean };

/** What is paid of an amount in another currency, in minor units of that, and how it came about. */
export interface Exchanged {
  amount: bigint;
  exchange: PayoutExchange;
}
export type NotExchanged = 'no-exchange-rate' | 'not-exchangeable';

/** The terms on which a brand exchanges one currency for another; undefined: it does not. */
export const pairOf = (policy: ExchangePolicy | undefined, from: string, to: string): ExchangePair | undefined =>
  policy?.pairs.find((pair) => pair.from === from && pair.to === to);

/** The rate of a day by a brand's policy: the latest of that day or the seven before. */
export const rateFor = (policy: ExchangePolicy, pair: ExchangePair, rates: readonly KnownRate[], day: string): FoundRate | null =>
  rateOn(
    rates.filter(({ source, counts }) => (policy.source === null ? counts : source === policy.source)),
    pair.from,
    pair.to,
    day,
  );

// What the ledger can hold of one amount.
const most = 10n ** 15n;

/**
 * Exchanges what a payout comes to, `net` minor units of `pair.from`. A fee that the partner bears is taken off before; both are
 * rounded half to even, once each. Whatever cannot be paid, since the fee or the rounding leaves nothing of it, stays in the balance.
 */
export function exchanged(net: bigint, pair: ExchangePair, found: FoundRate | null, day: string): Exchanged | NotExchanged {
  if (found === null || !isCurrency(pair.from) || !isCurrency(pair.to)) return 'no-exchange-rate';
  const fee = feeOf(net, pair);
  const given = pair.bearer === 'partner' ? net - fee : net;
  if (given <= 0n) return 'not-exchangeable';
  const amount = exchange(given, pair.from satisfies CurrencyCode, pair.to, found.rate);
  if (amount <= 0n || amount > most) return 'not-exchangeable';
  return {
    amount,
    exchange: {
      amount: toWireAmount(given),
      currency: pair.from,
      rate: toFraction(found.rate),
      rateId: rateIdOf(found),
      day,
      rates: found.path.map(({ base, quote, date, rate: text, source }) => ({ base, quote, date, rate: text, source })),
      rounding: 'half-even',
      fee: toWireAmount(fee),
      bearer: pair.bearer,
    },
  };
}

const feeOf = (net: bigint, { percent, fixed }: ExchangePair): bigint =>
  round(add(multiply(rational(net), rate(percent)), rational(BigInt(fixed))), 'half-even');

/** Names a rate by the recorded ones that it was made from: these are never changed. */
const rateIdOf = ({ path }: FoundRate): string =>
  path.map(({ source, base, quote, date }) => `${source}:${base}/${quote}:${date}`).join('+');
