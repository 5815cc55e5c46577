import type { PostingExplanation } from './postings.js';

/** A posting that a person made by hand: who, to whom, how much and why. Nothing is folded. */
export interface Adjustment {
  adjustmentId: string;
  kind: string;
  partnerId: string;
  brandId: string;
  /** Signed minor units as a string, never `"0"`. */
  amount: string;
  currency: string;
  reason: string;
  makerId: string;
  /** ISO instant for which it is made. */
  occurredAt: string;
}

/** Why an adjustment has its amount: because its maker said so. Plain JSON; `recomputePosting` holds the figures against each other. */
export interface AdjustmentExplanation {
  adjustment: Adjustment;
  /** Minor units as strings, as in the explanation of any other posting. The scope is the adjustment's own: nothing stood in it before. */
  entitlement: string;
  postedBefore: string;
  amount: string;
}

/** What explains a line of the journal: the fold's arithmetic, or a person's word. */
export type EntryExplanation = PostingExplanation | AdjustmentExplanation;

/** The key of the one scope that an adjustment posts to. */
export const adjustmentScope = (adjustmentId: string): string => `adjustment/${adjustmentId}`;

/** The explanation of the one posting that an adjustment makes. */
export const explainAdjustment = (adjustment: Adjustment): AdjustmentExplanation => ({
  adjustment,
  entitlement: adjustment.amount,
  postedBefore: '0',
  amount: adjustment.amount,
});

/** Whether an explanation is of an adjustment. Takes what is no explanation at all, for whoever reads those of others. */
export const isAdjustment = (explanation: EntryExplanation | null | undefined): explanation is AdjustmentExplanation =>
  typeof explanation === 'object' && explanation !== null && 'adjustment' in explanation;
