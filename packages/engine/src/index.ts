export {
  type Adjustment,
  type AdjustmentExplanation,
  adjustmentScope,
  type EntryExplanation,
  explainAdjustment,
  isAdjustment,
} from './adjustment.js';
export { checkTerms, isRefundKind, type TermsProblem } from './check-terms.js';
export {
  type CustomerFact,
  type CustomerProfile,
  circumstancesAt,
  type Dated,
  datedAt,
  type PartnerProfile,
  type Profiles,
  type TagSpan,
  tagsAt,
  uplinesAt,
} from './circumstances.js';
export { type DealChoice, dealFor, versionInForce } from './deal-history.js';
export { asksOtherEarnings, hasMonthComponents, monthKinds, monthRange, versionsBetween } from './engine-1/month/segments.js';
export * from './engine-1/month/types.js';
export { type BandFound, type Bounds, bandOf, type MarginalPart, marginalParts, marginalSum } from './engine-1/scale.js';
export { amountAt, type StreamAmount } from './engine-1/streams/amount-at.js';
export {
  emptyStream,
  type FoldedStream,
  foldStream,
  type StreamLine,
  type StreamState,
  type StreamTerms,
} from './engine-1/streams/fold-stream.js';
export { meterName } from './engine-1/streams/metered.js';
export { isStreamed } from './engine-1/streams/records.js';
export { ENGINE_VERSION, engineVersions, foldConversion } from './engines.js';
export { foldedScope, type Recomputed, type RecomputedPosting, recompute, recomputePosting } from './explanation.js';
export { type FoundRate, type FxRate, oldestRateDays, rateOn } from './fx.js';
export { toInput } from './inputs.js';
export { type Finding, type LintOptions, lintTerms } from './lint-terms.js';
export { foldMonth, recomputeMonth } from './months.js';
export { goesByCountry, type NetworkVerdict, networkOf, networksThatHide } from './networks.js';
export { inCanonicalOrder } from './order.js';
export { payableFrom } from './payable-from.js';
export {
  type Cause,
  difference,
  type MonthOfPosting,
  type Plan,
  type PlanInput,
  type PostedScope,
  type Posting,
  type PostingExplanation,
  type PostingReason,
  planPostings,
  type RunningState,
  runningEntitlement,
} from './postings.js';
export { completeTerms, isMonthModel, productDefaults, qualificationFields, withDefaults } from './terms.js';
export type * from './types.js';
