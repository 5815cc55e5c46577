import { type FxRateOutcome, type RejectionCode, recordFxRates, rejections } from '@tributary/contracts';
import { command, created, type Route, reject } from '@tributary/service-kit';
import type { RateDecision } from './domain/decide-rates.js';
import { type RateParts, recordRates } from './record-rates.js';

/** Rates are the whole platform's: a key that is bound to brands must not change what others are paid. */
export const onlyForAllBrands = () => reject('not-permitted', { detail: 'Only a key for all brands may record exchange rates.' });

/** A decision as it is answered. */
export const outcomeOf = (decision: RateDecision): FxRateOutcome =>
  decision.outcome === 'rejected' ? { ...decision, why: rejections[decision.code satisfies RejectionCode].title } : decision;

/** How many there are of each outcome. */
export const countsOf = (decisions: readonly RateDecision[]): { recorded: number; known: number; rejected: number } => {
  const count = (kind: RateDecision['outcome']) => decisions.filter(({ outcome }) => outcome === kind).length;
  return { recorded: count('recorded'), known: count('known'), rejected: count('rejected') };
};

/** Records one rate, or many with an outcome each: of many, those that are refused do not keep the others out. */
export const postFxRatesRoute = (parts: RateParts): Route =>
  command(recordFxRates, async ({ tx, body, scope, context, now }) => {
    if (scope.brandIds !== 'all') return onlyForAllBrands();
    const single = !('rates' in body);
    const decisions = await recordRates(tx, parts, single ? [body] : body.rates, context, now);
    const [first] = decisions;
    if (!single || first === undefined) return created({ outcomes: decisions.map(outcomeOf), ...countsOf(decisions) });
    return first.outcome === 'rejected' ? reject(first.code) : created(outcomeOf(first));
  });
