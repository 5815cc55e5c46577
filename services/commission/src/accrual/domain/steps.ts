import type { PostingReason } from '@tributary/engine';
import { inCanonicalOrder, isRated, levels, type StoredFact } from './fact.js';

/** Why conversions are rated: new facts of theirs, new terms, or something else that their amounts go by (a tag, a rate, a meter). */
export type Trigger = 'facts' | 'terms' | 'circumstances';

/** One run of the fold: the facts known up to then, and what made it run. */
export interface RatingStep {
  reason: PostingReason;
  /** The fact that makes the posting; null when the terms do. */
  cause: StoredFact | null;
  refunds: readonly StoredFact[];
}

/**
 * What is to be folded for one original conversion. Each fact not rated yet is a step of its own, the original before its refunds: so a
 * sale and its refund are two postings in the journal, also when they arrive together or in the wrong order.
 */
export function stepsOf(original: StoredFact, refunds: readonly StoredFact[], trigger: Trigger): RatingStep[] {
  if (original.level === levels.named) return [];
  const isNew = original.ratedLevel === 0;
  const applied = isNew ? [] : refunds.filter(isRated);
  const waiting = inCanonicalOrder(refunds.filter((refund) => !applied.includes(refund)));

  const steps: RatingStep[] = [];
  if (isNew) steps.push({ reason: 'accrual', cause: original, refunds: [] });
  else if (!isRated(original)) steps.push({ reason: 'reattribution', cause: original, refunds: applied });
  else if (trigger === 'terms') steps.push({ reason: 'amendment', cause: null, refunds: applied });
  else if (trigger === 'circumstances') steps.push({ reason: 're-rating', cause: null, refunds: applied });

  const known = [...applied];
  for (const refund of waiting) {
    known.push(refund);
    steps.push({ reason: refund.kind === 'chargeback' ? 'chargeback' : 'refund', cause: refund, refunds: [...known] });
  }
  return steps;
}
