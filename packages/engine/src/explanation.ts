import { add, parseFraction, round, toFraction } from '@tributary/money';
import { type EntryExplanation, isAdjustment } from './adjustment.js';
import { foldConversion } from './engines.js';
import { fromInput } from './inputs.js';
import { recomputeSection } from './months.js';
import type { Explanation, ScopeResult } from './types.js';

export interface Recomputed {
  /** Minor units as a string; null for a running scope. */
  amount: string | null;
  /** Exact commission as a fraction string. */
  exact: string;
  currency: string;
  /** Whether amount, exact value and currency are those of the explanation. */
  agrees: boolean;
}

/**
 * Folds an explanation's own inputs again with the engine that it names. Throws a RangeError when that engine is not
 * there. Where the inputs do not lead to the explained scope at all, the amount is `"0"` and `agrees` false.
 */
export function recompute(explanation: Explanation): Recomputed {
  const scope = foldedScope(explanation);
  if (!scope) return { amount: '0', exact: '0', currency: explanation.result.currency, agrees: false };
  const amount = scope.type === 'conversion' ? `${scope.entitlement}` : null;
  const { exact, currency } = scope;
  const agrees = amount === explanation.result.amount && exact === explanation.exact && currency === explanation.result.currency;
  return { amount, exact, currency, agrees };
}

/** The scope that an explanation is of, out of a new fold of its inputs: whose it is, and by which deal. Undefined when they lead to none. */
export function foldedScope(explanation: Explanation): ScopeResult | undefined {
  const { conversion, refunds, deal, otherDeals = [], ...known } = explanation.inputs;
  const result = foldConversion(
    { ...known, original: fromInput(conversion), refunds: refunds.map(fromInput), versions: [deal, ...otherDeals] },
    explanation.engineVersion,
  );
  return result.scopes.find((one) => one.scope === explanation.scope);
}

export interface RecomputedPosting {
  /** Minor units. */
  entitlement: bigint;
  amount: bigint;
  /** Whether the fold, the running sum, the entitlement and the amount all are those of the explanation. */
  agrees: boolean;
}

/**
 * Works a posting's amount out again from its explanation alone: folds the inputs, adds the contribution to the running
 * sum where there is one, rounds, and takes off what was posted before. A month's is that of its own fold; an adjustment is entitled to
 * what its maker said.
 */
export function recomputePosting(explanation: EntryExplanation): RecomputedPosting {
  if (isAdjustment(explanation)) return agreeing(BigInt(explanation.adjustment.amount), explanation, true);
  const { fold, running, month } = explanation;
  if (month !== undefined) {
    const section = recomputeSection(month.fold, month.component, month.statement);
    return agreeing(section.entitlement, explanation, section.agrees);
  }
  const again = fold === null ? null : recompute(fold);
  const sum = running && add(parseFraction(running.without), parseFraction(again?.exact ?? '0'));
  const entitlement = sum ? round(sum, running?.rounding) : BigInt(again?.amount ?? '0');
  return agreeing(entitlement, explanation, (again?.agrees ?? true) && (sum === null || toFraction(sum) === running?.sum));
}

function agreeing(
  entitlement: bigint,
  stated: Pick<EntryExplanation, 'entitlement' | 'postedBefore' | 'amount'>,
  inputsAgree: boolean,
): RecomputedPosting {
  const amount = entitlement - BigInt(stated.postedBefore);
  return { entitlement, amount, agrees: inputsAgree && `${entitlement}` === stated.entitlement && `${amount}` === stated.amount };
}
