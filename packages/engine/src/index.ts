export { checkTerms, isRefundKind, type TermsProblem } from './check-terms.js';
export { type DealChoice, dealFor, versionInForce } from './deal-history.js';
export { type BandFound, type Bounds, bandOf, type MarginalPart, marginalParts, marginalSum } from './engine-1/scale.js';
export { ENGINE_VERSION, engineVersions, foldConversion } from './engines.js';
export { type Recomputed, type RecomputedPosting, recompute, recomputePosting } from './explanation.js';
export {
  type Cause,
  difference,
  type Plan,
  type PlanInput,
  type PostedScope,
  type Posting,
  type PostingExplanation,
  type PostingReason,
  planPostings,
  type RunningState,
  runningEntitlement,
  type ScopeIdentity,
} from './postings.js';
export { qualificationFields, withDefaults } from './terms.js';
export type * from './types.js';
