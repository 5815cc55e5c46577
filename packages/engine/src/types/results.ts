import type { RoundingMode } from '@tributary/money';
import type { Circumstances, Conversion, DealVersion, Details } from './facts.js';
import type { StreamPlace, StreamRecord } from './streams.js';
import type { EventKind } from './terms.js';

export type Outcome = 'commission' | 'zero-commission' | 'held' | 'rejected';

/** Why a conversion earns nothing (`zero-commission`) or could not be rated (`rejected`). */
export type Reason =
  | 'no-partner'
  | 'no-deal-in-force'
  | 'deal-ended'
  | 'no-component-for-kind'
  | 'no-amount'
  | 'below-minimum-amount'
  | 'rule-not-met'
  | 'network-refused'
  | 'fully-refunded'
  | 'rounds-to-zero'
  | 'amount-is-zero'
  | 'rate-is-zero'
  | 'original-unknown'
  | 'original-earned-nothing'
  | 'commission-not-affected'
  | 'nothing-left-to-refund'
  | 'refund-currency-mismatch'
  | 'fx-rate-missing'
  | 'rated-by-the-month'
  | 'no-quantity'
  | 'no-lines'
  | 'duration-over'
  | 'ordinal-beyond'
  | 'customer-unknown'
  | 'not-the-first'
  | 'not-yet-qualified'
  | 'not-qualified-in-time'
  | 'customer-excluded'
  | 'over-cap'
  | 'nothing-below'
  | 'beyond-levels'
  | 'rank-not-reached'
  | 'paid-below'
  | 'pool-used-up'
  | 'milestone-not-reached'
  | 'milestone-passed'
  | 'no-currency'
  | 'negative-amount'
  | 'amount-out-of-range';

/** A refund's own one outcome: it took commission back (`reversal`), changed nothing (reason), or could not be used (reason). */
export interface RefundOutcome {
  conversionId: string;
  eventId: string;
  kind: EventKind;
  outcome: 'reversal' | 'zero-commission' | 'rejected';
  reason: Reason | null;
  /** How much of the original it took back, in minor units; less than asked when the rest was smaller. */
  applied: bigint;
}

/** Whose scope it is. */
export interface ScopeIdentity {
  /** Names the scope for ever: the journal's net of this key equals its entitlement. */
  scope: string;
  partnerId: string;
  dealId: string;
  dealVersion: number;
  component: string;
  currency: string;
}

interface ScopeBase extends ScopeIdentity {
  rounding: RoundingMode;
  /** Why this component gives nothing; null when it gives something. */
  reason: Reason | null;
  /** When it was earned, where that is later than the conversion itself (a customer qualified afterwards); else null. */
  earnedAt: string | null;
  /** The conversion's exact commission before rounding, as a fraction string (`"7/2"`). */
  exact: string;
  explanation: Explanation;
}

/** Scope = conversion x deal component x currency: the entitlement is the commission of this conversion. */
export interface ConversionScope extends ScopeBase {
  type: 'conversion';
  entitlement: bigint;
}

/** Scope = deal x component x currency for life: the conversion adds `exact` to a running sum, and the rounded sum is the entitlement. */
export interface RunningScope extends ScopeBase {
  type: 'running';
}

export type ScopeResult = ConversionScope | RunningScope;

/** The one outcome of a conversion, and what each scope is entitled to because of it. */
export interface FoldResult {
  engineVersion: EngineVersion;
  conversionId: string;
  outcome: Outcome;
  /** null for `commission`. */
  reason: Reason | null;
  deal: { dealId: string; version: number } | null;
  scopes: readonly ScopeResult[];
  /** What the conversion puts into streams, its own and those of partners above. */
  records: readonly StreamRecord[];
  refunds: readonly RefundOutcome[];
}

export type EngineVersion = 'engine-1';

export interface RuleTried {
  rule: string;
  passed: boolean;
  /** English, with the figures compared. */
  detail: string;
}

export interface Step {
  step: string;
  /** The arithmetic with its numbers. */
  formula: string;
  /** Exact: a decimal string, or a fraction where no decimal is exact. */
  value: string;
}

/** A conversion as JSON: the amount is a string of minor units. */
export interface ConversionInput extends Omit<Conversion, 'amount' | 'customerId' | 'details'> {
  amount: string | null;
  customerId?: string;
  details?: Details;
}

/** Why this amount. Plain JSON that is complete: `recompute(explanation)` folds `inputs` again and gives the same cents. */
export interface Explanation {
  explanationVersion: 1;
  engineVersion: EngineVersion;
  scope: string;
  component: string;
  inputs: {
    conversion: ConversionInput;
    refunds: readonly ConversionInput[];
    deal: DealVersion;
    brandCurrency: string | null;
    timeZone?: string;
    /** Versions of other deals that have a part in it: of partners above or below. */
    otherDeals?: readonly DealVersion[];
    circumstances?: Circumstances;
    streamed?: Readonly<Record<string, StreamPlace>>;
  };
  rules: readonly RuleTried[];
  steps: readonly Step[];
  rounding: { mode: RoundingMode; place: string };
  /** The exact commission as a fraction string. */
  exact: string;
  /** Minor units as a string. For a running scope null: the sum, not this conversion, is rounded. */
  result: { amount: string | null; currency: string; reason: Reason | null };
}
