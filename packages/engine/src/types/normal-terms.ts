import type { Reset } from '@tributary/calendar';
import type { RoundingMode } from '@tributary/money';
import type { RuleGroup } from '@tributary/rules';
import type {
  Alternative,
  Band,
  Cap,
  Carryover,
  CustomerQualification,
  Downline,
  Duration,
  EventKind,
  Lock,
  Metric,
  Model,
  NetworkKind,
  OnRefund,
  Reach,
  Split,
  SubCent,
  Waterfall,
} from './terms.js';

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
  qualify: {
    minAmount: number | null;
    rule: RuleGroup | null;
    customer: CustomerQualification | null;
    refusedNetworks: readonly NetworkKind[];
  };
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
  reach: Reach;
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
  /** null: it is held for days. */
  lock: Lock | null;
  currency: string | null;
  /** null: the brand's. */
  timeZone: string | null;
  fxFee: string;
  existingCustomers: 'keep-their-terms' | 'move';
  licence: string | null;
}
