import { parseFraction } from '@tributary/money';
import { foldMonth1 } from './engine-1/month/fold-month.js';
import type { ComponentStatement, MonthExplanation, MonthInput, MonthResult, RateLookup } from './engine-1/month/types.js';
import { ENGINE_VERSION } from './engines.js';
import type { MonthOfPosting } from './postings.js';
import type { EngineVersion } from './types.js';

// As with conversions: an engine is never changed once it has made an entry.
const engines: Record<EngineVersion, (input: MonthInput, rateFor?: RateLookup) => MonthResult> = { 'engine-1': foldMonth1 };

/**
 * What a deal's components by the month come to in one month, as a pure function of sums, terms and the state that the month opens
 * with. `rateFor` knows the rates of exchange. Throws a RangeError for an engine that does not exist.
 */
export function foldMonth(input: MonthInput, rateFor?: RateLookup, version: EngineVersion = ENGINE_VERSION): MonthResult {
  const engine = engines[version];
  if (!engine) throw new RangeError(`there is no engine ${JSON.stringify(version)}`);
  return engine(input, rateFor);
}

/** Folds an explanation's own inputs again, with its own rates: each component's minor units, and whether all is as it says. */
export function recomputeMonth(explanation: MonthExplanation): { entitlements: Record<string, bigint>; agrees: boolean } {
  const { statements, closing } = explanation;
  const again = foldAgain(explanation);
  const agrees = sameJson(again.explanation.statements, statements) && sameJson(again.closing, closing);
  return { entitlements: Object.fromEntries(again.components.map(({ component, entitlement }) => [component, entitlement])), agrees };
}

/** The same for one component, whose statement an entry has: null when the month no longer has it. */
export function recomputeSection(
  fold: MonthOfPosting['fold'],
  component: string,
  statement: ComponentStatement | null,
): { entitlement: bigint; agrees: boolean } {
  const again = foldAgain(fold).components.find((one) => one.component === component);
  return { entitlement: again?.entitlement ?? 0n, agrees: sameJson(again?.statement ?? null, statement) };
}

function foldAgain({ inputs, rates, engineVersion }: MonthOfPosting['fold']): MonthResult {
  const known = new Map(rates.map(({ from, to, date, rate }) => [`${from} ${to} ${date}`, parseFraction(rate)]));
  return foldMonth(inputs, (from, to, date) => known.get(`${from} ${to} ${date}`) ?? null, engineVersion);
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** Keys in one order: stored JSON need not keep them as they were. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
