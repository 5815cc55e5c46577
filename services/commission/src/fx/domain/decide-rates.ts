import type { FxRate } from '@tributary/engine';
import { isCurrency, rate, toExactText } from '@tributary/money';

/** A rate as somebody reports it. */
export type ReportedRate = Omit<FxRate, 'recordedAt'>;

/** A rate as it is kept. Of several sources of a pair and day one counts: the first recorded. */
export interface StoredRate extends FxRate {
  readonly counts: boolean;
}

export type RateRefusal = 'currency-unknown' | 'fx-pair-invalid' | 'fx-rate-differs';
export type RateDecision =
  | { outcome: 'recorded' | 'known'; rate: StoredRate }
  | { outcome: 'rejected'; rate: ReportedRate; code: RateRefusal };

/**
 * What becomes of reported rates, in their order. `stored` holds every rate, of any source, of their pairs and days. The same
 * again is known already; another value of the same source is refused, since a rate may be evidence of what was paid.
 */
export function decideRates(reported: readonly ReportedRate[], stored: readonly StoredRate[], recordedAt: string): RateDecision[] {
  const bySource = new Map(stored.map((one) => [sourceKey(one), one]));
  const taken = new Set(stored.map(pairKey));
  return reported.map((one) => {
    const code = refusalOf(one);
    if (code) return { outcome: 'rejected', rate: one, code };
    const exact = toExactText(rate(one.rate));
    const known = bySource.get(sourceKey(one));
    if (known)
      return known.rate === exact ? { outcome: 'known', rate: known } : { outcome: 'rejected', rate: one, code: 'fx-rate-differs' };
    const { base, quote, date, source } = one;
    const made: StoredRate = { base, quote, date, rate: exact, source, recordedAt, counts: !taken.has(pairKey(one)) };
    bySource.set(sourceKey(made), made);
    taken.add(pairKey(made));
    return { outcome: 'recorded', rate: made };
  });
}

function refusalOf({ base, quote }: ReportedRate): RateRefusal | null {
  if (!isCurrency(base) || !isCurrency(quote)) return 'currency-unknown';
  return base === quote ? 'fx-pair-invalid' : null;
}

const pairKey = ({ base, quote, date }: ReportedRate): string => `${base}/${quote}/${date}`;
const sourceKey = (one: ReportedRate): string => `${pairKey(one)}/${one.source}`;
