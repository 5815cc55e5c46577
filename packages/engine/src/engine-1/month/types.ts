import type { Period } from '@tributary/calendar';
import type { Rational, RoundingMode } from '@tributary/money';
import type { EngineVersion, EventKind, Step, Terms } from '../../types.js';

/** A version of the deal and the part of the month in which it is in force, `to` exclusive. */
export interface MonthVersion {
  version: number;
  from: string;
  to: string;
  terms: Terms;
}

/**
 * Events of a month added up: by version in force, kind and currency; by local date where the currency is not the deal's; by customer
 * where the terms ask about customers (`needsCustomers`). Sums are integers of minor units, as strings.
 */
export interface MonthFact {
  version: number;
  on: EventKind;
  /** null: not told, or not asked for. */
  customerId: string | null;
  currency: string | null;
  /** `2026-03-15`; null where no exchange is needed. */
  date: string | null;
  events: number;
  /** Different customers in this sum. */
  customers: number;
  gross: string;
  turnover: string;
  quantity: string;
  deductions: Readonly<Record<string, string>>;
}

/** A deficit of one month that is still open: exact, positive, in the unit of its component's state. */
export interface Lot {
  period: Period;
  amount: string;
}
/** A deficit of one customer, in net revenue, that only this customer's later results reduce. */
export interface QuarantineLot extends Lot {
  customerId: string;
}

/** What one component takes from month to month. */
export interface ComponentState {
  unit: 'base' | 'commission';
  /** Oldest first. */
  carry: readonly Lot[];
  quarantine: readonly QuarantineLot[];
  /** Advances paid and not yet recouped, minor units. */
  toRecoup: string;
  /** Commission of the last twelve months, minor units, never below zero, oldest first. */
  history: readonly { period: Period; commission: string }[];
}

/** What a deal takes from month to month, as JSON. */
export interface MonthState {
  stateVersion: 1;
  components: Readonly<Record<string, ComponentState>>;
}
export const noState: MonthState = { stateVersion: 1, components: {} };

/** All that the fold of one deal's month looks at, as JSON. */
export interface MonthInput {
  dealId: string;
  partnerId: string;
  brandId: string;
  period: Period;
  /** The deal's: what everything is paid in. */
  currency: string;
  /** In force in this month, in order of time. */
  versions: readonly MonthVersion[];
  facts: readonly MonthFact[];
  /** Net of the month's components that are rated by the event, by name, minor units. */
  otherEarnings: Readonly<Record<string, string>>;
  opening: MonthState;
}

/** Minor units of `to` for one minor unit of `from` on a local date; null when nobody has told. */
export type RateLookup = (from: string, to: string, date: string) => Rational | null;

/** One line of a waterfall: what it took or gave, signed, exact minor units. */
export interface StatementLine {
  name: string;
  effect: 'deduct' | 'add';
  of: string;
  rate: string;
  /** What the rate is of. */
  base: string;
  amount: string;
}

/** Gross to net under one version of the deal: `gross` plus the amounts of all lines is `net`. */
export interface VersionWaterfall {
  version: number;
  waterfall: { name: string; version: number } | null;
  gross: string;
  lines: readonly StatementLine[];
  net: string;
}

export type WriteOffReason = 'ring-fence' | 'not-carried' | 'policy-changed' | 'age' | 'cap';

/** The deficit of a component through a month, exact, in `unit`: opening - used + added - offset - written off = closing. */
export interface CarryStatement {
  policy: string;
  unit: 'base' | 'commission';
  opening: string;
  used: string;
  added: string;
  /** Taken from the deal's other earnings of the month. */
  offset: string;
  writtenOff: readonly { reason: WriteOffReason; period: Period; amount: string }[];
  closing: string;
}

/** Deficits of single customers, exact net revenue: opening - used + added - lapsed = closing. */
export interface QuarantineStatement {
  opening: string;
  used: readonly { customerId: string; amount: string }[];
  added: readonly { customerId: string; amount: string }[];
  lapsed: string;
  closing: string;
}

/** Advances through a month, minor units: opening + advances - recouped = closing. */
export interface RecoupStatement {
  of: readonly string[];
  opening: string;
  advances: string;
  recouped: string;
  closing: string;
}

/** One component's section of a statement, as JSON. */
export interface ComponentStatement {
  component: string;
  model: 'revshare' | 'retainer';
  dealVersion: number;
  /** Of `revshare`. */
  waterfalls: readonly VersionWaterfall[];
  gross: string;
  net: string;
  customers: number;
  /** Net revenue that is paid for, after deficits. */
  base: string;
  carry: CarryStatement | null;
  quarantine: QuarantineStatement | null;
  recoup: RecoupStatement | null;
  /** Events in a currency without a rate: not in any figure above, until the rate is told. */
  unconverted: readonly { currency: string | null; date: string | null; gross: string }[];
  steps: readonly Step[];
  /** Exact commission before rounding, a fraction. */
  exact: string;
  rounding: { mode: RoundingMode; place: string };
  /** What the deficit took from the deal's other earnings, minor units. */
  offsetOthers: string;
  /** Minor units, signed. */
  entitlement: string;
}

export interface ComponentMonth {
  component: string;
  dealVersion: number;
  rounding: RoundingMode;
  entitlement: bigint;
  statement: ComponentStatement;
}

export interface MonthResult {
  engineVersion: EngineVersion;
  components: readonly ComponentMonth[];
  closing: MonthState;
  explanation: MonthExplanation;
}

/** Why a month's amounts. Plain JSON that is complete: `recomputeMonth` folds `inputs` again and gives the same cents. */
export interface MonthExplanation {
  explanationVersion: 1;
  engineVersion: EngineVersion;
  inputs: MonthInput;
  /** The rates of exchange used, as fractions. */
  rates: readonly { from: string; to: string; date: string; rate: string }[];
  statements: readonly ComponentStatement[];
  closing: MonthState;
}
