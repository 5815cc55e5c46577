import type { Circumstances, Conversion, NormalTerms } from '../types.js';

/** What one set of terms is applied to. */
export interface Subject {
  conversion: Conversion;
  circumstances: Circumstances;
  terms: NormalTerms;
  /** The zone of resets, durations and windows. */
  timeZone: string;
}

/** What is assumed when nothing is known of anybody. */
export const nothingKnown: Circumstances = { partner: { tags: [], tier: null }, uplines: [], customer: null, touches: [], rates: [] };
