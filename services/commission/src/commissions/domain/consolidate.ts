import { type FxRate, rateOn } from '@tributary/engine';
import { convert, round, sum, toExactText } from '@tributary/money';

/** What a brand owes in one currency, in minor units. */
export interface BrandAmount {
  brandId: string;
  /** Null where there is none, or nobody asks. */
  licence: string | null;
  currency: string;
  entries: number;
  amount: bigint;
}

export interface Exchanged extends BrandAmount {
  /** Null when no rate is known. */
  exchange: { rate: string; rates: readonly FxRate[]; amount: bigint } | null;
}

export interface Consolidated {
  brands: Exchanged[];
  /** Of what could be exchanged. */
  total: bigint;
  missing: string[];
}

/**
 * What brands owe in currencies of their own, together in one, at the stored rates of a day. Each line is rounded by itself, half away
 * from zero, so that the lines add up to the sum; without a rate it stands in no sum.
 */
export function consolidate(brands: readonly BrandAmount[], currency: string, on: string, rates: readonly FxRate[]): Consolidated {
  const exchanged = brands.map((line): Exchanged => {
    const found = rateOn(rates, line.currency, currency, on);
    if (found === null) return { ...line, exchange: null };
    const amount = round(convert(line.amount, line.currency, currency, found.rate), 'half-away');
    return { ...line, exchange: { rate: toExactText(found.rate), rates: found.path, amount } };
  });
  const without = exchanged.filter(({ exchange }) => exchange === null);
  return {
    brands: exchanged,
    total: sum(exchanged.flatMap(({ exchange }) => exchange?.amount ?? [])),
    missing: [...new Set(without.map((line) => line.currency))].sort(),
  };
}
