import { type Exchanged, type ExchangePolicy, exchanged, type KnownRate, type NotExchanged, pairOf, rateFor } from './exchange-terms.js';

/** Exchanges for brands by their policies, at the rates of one day. */
export interface ExchangeDesk {
  offers(brandId: string, from: string, to: string): boolean;
  /** So many minor units of `from`, or why not. */
  exchange(brandId: string, net: bigint, from: string, to: string): Exchanged | NotExchanged;
}

/** Rates are those of the day on which a run is built, and stay with its payouts from then on. */
export function exchangeDesk(policies: ReadonlyMap<string, ExchangePolicy>, rates: readonly KnownRate[], day: string): ExchangeDesk {
  // Searched once for each pair of a policy: a run has thousands of payouts and a handful of pairs.
  const found = new Map<object, ReturnType<typeof rateFor>>();
  return {
    offers: (brandId, from, to) => pairOf(policies.get(brandId), from, to) !== undefined,
    exchange(brandId, net, from, to) {
      const policy = policies.get(brandId);
      const pair = pairOf(policy, from, to);
      if (!policy || !pair) return 'not-exchangeable';
      if (!found.has(pair)) found.set(pair, rateFor(policy, pair, rates, day));
      return exchanged(net, pair, found.get(pair) ?? null, day);
    },
  };
}
