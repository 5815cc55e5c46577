import type { Reset } from '@tributary/calendar';
import type { RoundingMode } from '@tributary/money';
import type { RuleGroup } from '@tributary/rules';
import type { FxRate } from './fx.js';

/** The kind of an event: `sale`, `lead`, `deposit`, ... or a custom word of the operator. */
export type EventKind = string;

export type Model = 'flat' | 'percentage' | 'flat-plus-percentage' | 'per-unit' | 'spread-share' | 'line-items' | 'revshare' | 'retainer';
/**
 * What a refund does to a commission.
 * - `proportional`: it keeps the share of the sale that was not refunded
 * - `when-fully-refunded`: it stands until nothing of the sale is left, or what is left no longer qualifies
 * - `never`: it stands whatever is refunded
 */
export type OnRefund = 'proportional' | 'when-fully-refunded' | 'never';
/** `round-each`: each conversion's commission is rounded to the minor unit. `accumulate`: exact sums run over the life of the deal (with a scale or caps: over its period) and only the sum is rounded. */
export type SubCent = 'round-each' | 'accumulate';
/** Minor units: an integer, or a decimal string for less than one (`"0.0768"`). */
export type Finely = number | string;

/** What a customer must have done before it counts. See docs/deal-terms.md. */
export interface CustomerQualification {
  minDeposits?: number | undefined;
  minDepositsByCountry?: Readonly<Record<string, number>> | undefined;
  withinHours?: number | undefined;
  wager?: string | undefined;
  verifiedWithinDays?: number | undefined;
  withinDays?: number | undefined;
  onExclusion?: 'keep' | 'cancel-open' | undefined;
}

export interface Alternative {
  name: string;
  priority: number;
  when: RuleGroup;
  rate?: string | undefined;
  amount?: Finely | undefined;
}

/** What a scale is measured by. */
export interface Metric {
  measure: 'count' | 'amount' | 'quantity' | 'customers';
  on?: EventKind | undefined;
  of?: 'own' | 'network' | undefined;
  across?: 'deal' | 'brands' | undefined;
}

export interface Band {
  name?: string | undefined;
  upTo?: Finely | null | undefined;
  atLeast?: readonly Finely[] | undefined;
  rate?: string | undefined;
  amount?: Finely | undefined;
  fixed?: Finely | undefined;
  factor?: string | undefined;
}

export interface Tiers {
  metric: Metric | readonly Metric[];
  reset: Reset | { rollingDays: number };
  scale: 'marginal' | 'whole';
  crossing?: 'new' | 'old' | undefined;
  bounds?: 'inclusive' | 'exclusive' | undefined;
  retroactive?: 'none' | 'unpaid' | 'all' | undefined;
  demotion?: 'keep' | 'unwind' | undefined;
  bands: readonly Band[];
}

export interface Cap {
  measure: 'conversions' | 'amount';
  limit: number;
  per: Reset;
  of?: 'partner' | 'customer' | undefined;
  afterRefund?: 'returns' | 'stays' | undefined;
}

export type Split =
  | { by: 'named'; shares: readonly { partnerId: string; share: string }[] }
  | { by: 'touches'; first: string; last: string; rest: 'equal' };

export interface Downline {
  levels: readonly string[];
  of: 'amount' | 'commission' | 'level-below';
  funding: 'on-top' | 'downline';
  lessPaidBelow?: boolean | undefined;
  pool?: string | undefined;
  ranks?:
    | {
        order: readonly string[];
        pays: readonly { rank: string; rate?: string | undefined; amount?: Finely | undefined }[];
        skipped: 'pay-up' | 'lose';
        sameRank?: string | undefined;
      }
    | undefined;
}

export interface Duration {
  months: number;
  from: 'customer-first' | 'recruited';
  afterwards?: { rate?: string | undefined; amount?: Finely | undefined } | undefined;
}

export interface WaterfallLine {
  name: string;
  effect: 'deduct' | 'add';
  of: string;
  rate?: string | undefined;
}
/** How gross revenue becomes net: every line named, in the order in which a statement shows them. */
export interface Waterfall {
  name: string;
  version: number;
  clause?: string | undefined;
  lines: readonly WaterfallLine[];
}

export interface Carryover {
  policy: 'none' | 'ring-fence' | 'component' | 'account';
  unit?: 'base' | 'commission' | undefined;
  cap?: { times: string; months: number } | undefined;
  highRoller?: { threshold: number } | undefined;
  writeOffAfterMonths?: number | undefined;
}

/** One way to earn, as the deal states it. What is left out has the default that `withDefaults` names. */
export interface Component {
  /** Unique within the terms; default: the event kind, with `-2`, `-3` ... for later components on the same kind. */
  name?: string | undefined;
  on: EventKind;
  model: Model;
  /** Flat part in minor units; of `per-unit` for each unit of quantity, of `retainer` for each month. */
  amount?: Finely | undefined;
  /** Percentage part as a decimal string: `"0.25"` is 25 %. */
  rate?: string | undefined;
  spread?: { unit: Finely; maximum?: string | undefined; reduceAbove?: string | undefined } | undefined;
  items?:
    | {
        rates: readonly { sku?: string | undefined; category?: string | undefined; product?: string | undefined; rate: string }[];
        otherwise?: string | undefined;
        discount?: 'proportional' | undefined;
      }
    | undefined;
  qualify?: { minAmount?: number | undefined; rule?: RuleGroup | undefined; customer?: CustomerQualification | undefined } | undefined;
  alternatives?: readonly Alternative[] | undefined;
  byOrdinal?: { rates: readonly string[]; beyond: 'last' | 'nothing' } | undefined;
  duration?: Duration | undefined;
  tiers?: Tiers | undefined;
  caps?: readonly Cap[] | undefined;
  split?: Split | undefined;
  downline?: Downline | undefined;
  waterfall?: Waterfall | undefined;
  carryover?: Carryover | undefined;
  /** Names of components whose payments are advances on this one. */
  recoups?: readonly string[] | undefined;
  onRefund?: OnRefund | undefined;
  rounding?: RoundingMode | undefined;
  subCent?: SubCent | undefined;
}

/** What a brand chooses for every policy that its deals leave open. */
export interface TermDefaults {
  rounding?: RoundingMode | undefined;
  crossing?: 'new' | 'old' | undefined;
  bounds?: 'inclusive' | 'exclusive' | undefined;
  retroactive?: 'none' | 'unpaid' | 'all' | undefined;
  demotion?: 'keep' | 'unwind' | undefined;
  carryoverUnit?: 'base' | 'commission' | undefined;
  capAfterRefund?: 'returns' | 'stays' | undefined;
  onExclusion?: 'keep' | 'cancel-open' | undefined;
  /** The most of an event's revenue that everybody together may earn: the margin guard of `lintTerms`. `"0.35"` is 35 %. */
  maximumShareOfRevenue?: string | undefined;
}

export interface Terms {
  termsVersion?: 1 | undefined;
  components: readonly Component[];
  /** Full days in the operator's zone between the event and maturity: 0 to 365; default 0. */
  holdDays?: number | undefined;
  /** Currency of the commission; default: see `withDefaults`. */
  currency?: string | undefined;
  /** Zone of resets, durations and months; default the brand's. */
  timeZone?: string | undefined;
  /** Share of a converted amount that the exchange costs, borne by the partner. */
  fxFee?: string | undefined;
  existingCustomers?: 'keep-their-terms' | 'move' | undefined;
  /** Only events that carry this licence are rated by the deal. */
  licence?: string | undefined;
}

/** A component with every default spelt out. */
export interface NormalComponent {
  name: string;
  on: EventKind;
  model: Model;
  /** The flat part in minor units as a decimal string; null where the model has none. */
  amount: string | null;
  /** The percentage part as a decimal string; null where the model has none. */
  rate: string | null;
  spread: { unit: string; maximum: string | null; reduceAbove: string | null } | null;
  items: {
    rates: readonly { sku?: string | undefined; category?: string | undefined; product?: string | undefined; rate: string }[];
    otherwise: string;
  } | null;
  qualify: { minAmount: number | null; rule: RuleGroup | null; customer: CustomerQualification | null };
  /** By descending priority. */
  alternatives: readonly Alternative[];
  byOrdinal: { rates: readonly string[]; beyond: 'last' | 'nothing' } | null;
  duration: Duration | null;
  tiers: NormalTiers | null;
  caps: readonly Required<Cap>[];
  split: Split | null;
  downline: Downline | null;
  waterfall: Waterfall | null;
  carryover: Carryover | null;
  recoups: readonly string[];
  onRefund: { flat: OnRefund; percentage: OnRefund };
  rounding: RoundingMode;
  subCent: SubCent;
}

export interface NormalTiers {
  metrics: readonly Required<Metric>[];
  reset: Reset | { rollingDays: number };
  scale: 'marginal' | 'whole';
  crossing: 'new' | 'old';
  bounds: 'inclusive' | 'exclusive';
  retroactive: 'none' | 'unpaid' | 'all';
  demotion: 'keep' | 'unwind';
  bands: readonly Band[];
}

export interface NormalTerms {
  termsVersion: 1;
  components: readonly NormalComponent[];
  holdDays: number;
  currency: string | null;
  /** null: the brand's. */
  timeZone: string | null;
  fxFee: string;
  existingCustomers: 'keep-their-terms' | 'move';
  licence: string | null;
}

/** `ended` is a version too: from its `effectiveFrom` on the deal pays nothing. A draft never counts. */
export type DealStatus = 'draft' | 'active' | 'ended';

export interface DealVersion {
  dealId: string;
  /** 1, 2, 3 ... in the order recorded. */
  version: number;
  partnerId: string;
  brandId: string;
  /** null: every programme of the brand. */
  programId: string | null;
  /** ISO instant from which these terms count. */
  effectiveFrom: string;
  /** ISO instant at which the system learnt of them. */
  recordedAt: string;
  terms: Terms;
  status: DealStatus;
}

/** Something that happened. A refund or chargeback is one too, with `originalConversionId`. */
export interface Conversion {
  conversionId: string;
  eventId: string;
  kind: EventKind;
  brandId: string;
  programId: string | null;
  partnerId: string | null;
  /** ISO instant. */
  occurredAt: string;
  /** Minor units of `currency`; null when no money is involved, and on a refund of everything. */
  amount: bigint | null;
  currency: string | null;
  originalConversionId: string | null;
  customerId?: string | null | undefined;
  details?: Details | null | undefined;
}

/** What events of some kinds carry beside money. Decimal strings for quantities and spreads, integers of minor units for amounts. */
export interface Details {
  quantity?: string | undefined;
  symbol?: string | undefined;
  spread?: string | undefined;
  averageSpread?: string | undefined;
  product?: string | undefined;
  sku?: string | undefined;
  category?: string | undefined;
  plan?: string | undefined;
  licence?: string | undefined;
  country?: string | undefined;
  lines?: readonly { sku: string; category?: string | undefined; quantity: number; amount: number }[] | undefined;
  /** Off the whole order, minor units. */
  discount?: number | undefined;
  grossRevenue?: number | undefined;
  turnover?: number | undefined;
  deductions?: Readonly<Record<string, number>> | undefined;
}

/** What was true of everybody concerned when a conversion occurred. */
export interface Circumstances {
  partner: { tags: readonly string[]; tier: string | null };
  /** The partners above, nearest first; `since`: from when the one below has been under it. */
  uplines: readonly { partnerId: string; tier: string | null; since: string }[];
  /** Null when the event names no customer, or no terms ask about it. */
  customer: CustomerThen | null;
  /** Partners whose links the customer followed, first to last. */
  touches: readonly string[];
  rates: readonly FxRate[];
}

export interface CustomerThen {
  customerId: string;
  tags: readonly string[];
  country: string | null;
  verifiedAt: string | null;
  excludedFrom: string | null;
  /** The customer's first event of this kind, and how many it has made up to this one, this one counted. */
  firstAt: string;
  ordinal: number;
  /** Deposits and turnover of the customer, in canonical order; only what terms that qualify customers need. */
  history: readonly CustomerEvent[];
}

/** Minor units as strings: an explanation holds them. `amount` is what refunds have left. */
export interface CustomerEvent {
  conversionId: string;
  kind: EventKind;
  occurredAt: string;
  amount: string;
  turnover: string;
}

/** All that the fold looks at for one original conversion. Order and repetition of `refunds` and `versions` do not matter. */
export interface FoldInput {
  original: Conversion;
  refunds: readonly Conversion[];
  /** Versions of any deals; those of another partner, brand or programme are passed over. */
  versions: readonly DealVersion[];
  /** The currency of flat amounts when the terms name none. */
  brandCurrency?: string | null | undefined;
  /** The zone of resets and durations when the terms name none; default UTC. */
  timeZone?: string | undefined;
  /** Currency and zone of other brands, by id, whose deals count what happens at this one. */
  otherBrands?: Readonly<Record<string, { currency: string; timeZone: string }>> | undefined;
  circumstances?: Circumstances | undefined;
  /** Where in their streams this conversion's scopes stand, by scope; see `foldStream`. */
  streamed?: Readonly<Record<string, StreamPlace>> | undefined;
}

/** Exact numbers as fraction strings. */
export interface Kept {
  /** What a rate is a share of, in minor units of the commission's currency. */
  base: string;
  /** What an amount is paid for: 1, or the quantity. */
  units: string;
  /** What the component gives without tiers and caps. */
  plain: string;
}

/** What one conversion puts into a stream: the ordered facts of one component in one period, rated together. */
export interface StreamRecord {
  /** `deal / component / currency / period [/ customer]`. */
  stream: string;
  conversionId: string;
  eventId: string;
  occurredAt: string;
  dealId: string;
  dealVersion: number;
  component: string;
  /** The scope that the stream decides; null for a fact that only moves its meters. */
  scope: string | null;
  customerId: string | null;
  /** What it adds to each metric of the tiers, as fraction strings. */
  weights: readonly string[];
  /** The rate and the amount that the component would use without tiers. */
  picked: { rate: string | null; amount: string | null };
  /** Before refunds, and what is left after them. */
  whole: Kept;
  rest: Kept;
  /** When the commission was paid; null while it was not. */
  paidAt: string | null;
}

/** Where a record stands in its stream: all that decides its amount, besides the record itself and the terms. */
export interface StreamPlace {
  /** Each metric before this record, as fraction strings. */
  before: readonly string[];
  /** Each metric by which a retroactive scale goes; null where it is not retroactive. */
  reached: readonly string[] | null;
  /** What each cap leaves before this record, as fraction strings. */
  room: readonly string[];
  /** Exact sum before it, of a stream that accumulates fractions. */
  sumBefore: string;
  /** The band of a whole scale by which the line before it in the period was rated; null when there is none. */
  bandBefore: number | null;
  /** What it adds to each metric, where that is not what its record says: a customer counts once. */
  weights?: readonly string[] | undefined;
}

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
  | 'no-currency'
  | 'negative-amount';

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

interface ScopeBase {
  /** Names the scope for ever: the journal's net of this key equals its entitlement. */
  scope: string;
  partnerId: string;
  dealId: string;
  dealVersion: number;
  component: string;
  currency: string;
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
  deal: { dealId: string; version: number; holdDays: number } | null;
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
export interface ConversionInput {
  conversionId: string;
  eventId: string;
  kind: EventKind;
  brandId: string;
  programId: string | null;
  partnerId: string | null;
  occurredAt: string;
  amount: string | null;
  currency: string | null;
  originalConversionId: string | null;
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
