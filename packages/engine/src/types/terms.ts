import type { Anchor, Reset } from '@tributary/calendar';
import type { RoundingMode } from '@tributary/money';
import type { RuleGroup } from '@tributary/rules';

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

/** What kind of network somebody came from, as an adapter says. */
export type NetworkKind = 'residential' | 'mobile' | 'business' | 'data-centre' | 'vpn' | 'proxy' | 'tor';

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

/** How a retroactive whole scale pays what stood before the band that is reached: exactly one of them. */
export interface Back {
  /** Set to this rate, or to this amount; of flat plus percentage the other part stays. */
  rate?: string | undefined;
  amount?: Finely | undefined;
  /** Times what its own place gave. */
  factor?: string | undefined;
  /** On top of what its own place gave: minor units for each unit that an amount is paid for. */
  add?: Finely | undefined;
}

export interface Band {
  name?: string | undefined;
  upTo?: Finely | null | undefined;
  /** One for each metric; null: none of that metric. */
  atLeast?: readonly (Finely | null)[] | undefined;
  rate?: string | undefined;
  amount?: Finely | undefined;
  fixed?: Finely | undefined;
  factor?: string | undefined;
  back?: Back | undefined;
}

/** A band with `atLeast` is reached when `all` of its minima are, or when `any` one of them is. */
export type Reach = 'all' | 'any';

export interface Tiers {
  metric: Metric | readonly Metric[];
  reset: Reset | { rollingDays: number };
  scale: 'marginal' | 'whole';
  reach?: Reach | undefined;
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

/** How much a recruit must have earned; what refunds take back later than `reversibleDays` after that changes nothing. */
export interface Milestone {
  earned: number;
  reversibleDays?: number | undefined;
}

export interface Downline {
  levels: readonly string[];
  of: 'amount' | 'commission' | 'level-below';
  funding: 'on-top' | 'downline';
  lessPaidBelow?: boolean | undefined;
  /** Paid once for each partner below, when what it has earned has come to `earned` minor units. */
  milestone?: Milestone | undefined;
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
  qualify?:
    | {
        minAmount?: number | undefined;
        rule?: RuleGroup | undefined;
        customer?: CustomerQualification | undefined;
        refusedNetworks?: readonly NetworkKind[] | undefined;
      }
    | undefined;
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
  /** For components that go by the country. */
  refusedNetworks?: readonly NetworkKind[] | undefined;
  /** The most of an event's revenue that everybody together may earn: the margin guard of `lintTerms`. `"0.35"` is 35 %. */
  maximumShareOfRevenue?: string | undefined;
}

/** When commissions lock: so many months and days after an anchor of the event's own month or day, then on the next such day of a month. */
export interface Lock {
  anchor: Anchor;
  /** 0 to 24. */
  months?: number | undefined;
  /** 0 to 365. */
  days?: number | undefined;
  /** 1 to 31; a month that is shorter is taken at its last day. */
  dayOfMonth?: number | undefined;
}

export interface Terms {
  termsVersion?: 1 | undefined;
  components: readonly Component[];
  /** Full days between the event and maturity: 0 to 365; default 0. */
  holdDays?: number | undefined;
  /** A date on the calendar from which it may be paid, instead of so many days. */
  lock?: Lock | undefined;
  /** Currency of the commission; default: see `withDefaults`. */
  currency?: string | undefined;
  /** Zone of resets, durations, months and holding; default the brand's. */
  timeZone?: string | undefined;
  /** Share of a converted amount that the exchange costs, borne by the partner. */
  fxFee?: string | undefined;
  existingCustomers?: 'keep-their-terms' | 'move' | undefined;
  /** Only events that carry this licence are rated by the deal. */
  licence?: string | undefined;
}
