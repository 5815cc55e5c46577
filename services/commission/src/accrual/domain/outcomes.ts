import type { FoldResult } from '@tributary/engine';
import type { Outcome, StoredFact } from './fact.js';

export const waitsForOriginal: Outcome = { outcome: 'held', reason: 'original-unknown' };
export const waitsForBrand: Outcome = { outcome: 'held', reason: 'brand-not-yet-known' };

/** The one outcome of the original and of each of its refunds, by conversion id, as the fold sees them now. */
export function outcomesOf(original: StoredFact, fold: FoldResult): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  // Tracking knows better than the fold why nobody is credited.
  const reason = fold.reason === 'no-partner' ? (original.unattributedReason ?? fold.reason) : fold.reason;
  outcomes.set(original.conversionId, { outcome: fold.outcome, reason });
  for (const refund of fold.refunds) {
    outcomes.set(refund.conversionId, { outcome: refund.outcome, reason: refund.reason });
  }
  return outcomes;
}

/** What became of a fact. `ratedLevel` 0: it waits and will be looked at again. */
export interface Settled extends Outcome {
  fact: StoredFact;
  ratedLevel: number;
}

/** An outcome to be stored; `changed` when it is another one than before, and so is to be told. */
export interface NewOutcome extends Settled {
  conversionId: string;
  rating: number;
  changed: boolean;
}

/** The outcome to store, or null when it is stored already. */
export function settle(settled: Settled): NewOutcome | null {
  const { fact, outcome, reason, ratedLevel } = settled;
  const changed = outcome !== fact.outcome || reason !== fact.reason;
  if (!changed && ratedLevel === fact.ratedLevel) return null;
  return { fact, outcome, reason, ratedLevel, conversionId: fact.conversionId, rating: fact.rating + (changed ? 1 : 0), changed };
}
