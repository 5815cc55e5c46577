import { z } from 'zod';
import { currency, ids, rate, timeZone } from './common.js';
import { networkKinds } from './risk-parameters.js';
import { tiers } from './terms-scales.js';
import { conversionKind, decimal, finely, kebab, resets } from './terms-values.js';

export { conversionKind, conversionKinds, resets } from './terms-values.js';

export const roundingModes = ['half-away', 'half-even', 'half-toward', 'down', 'up'] as const;
export const models = [
  'flat',
  'percentage',
  'flat-plus-percentage',
  'per-unit',
  'spread-share',
  'line-items',
  'revshare',
  'retainer',
] as const;

const ruleNode: z.ZodType = z.lazy(() =>
  z.union([ruleGroup, z.strictObject({ field: z.string(), operator: z.string(), value: z.unknown().optional() })]),
);
/** A predicate of packages/rules, stored as data. */
export const ruleGroup = z
  .strictObject({ combinator: z.enum(['and', 'or']), not: z.boolean().optional(), rules: z.array(ruleNode).max(50) })
  .meta({ id: 'RuleGroup' });

/** What a customer must have done before it counts: the component then earns once for the customer, dated when the last condition came true. */
const customerQualification = z.strictObject({
  /** Sum of the customer's deposits, minor units, within `withinHours` of the first; its edge is inside. */
  minDeposits: z.int().nonnegative().optional(),
  minDepositsByCountry: z.record(z.string().regex(/^[A-Z]{2}$/), z.int().nonnegative()).optional(),
  withinHours: z
    .int()
    .min(1)
    .max(24 * 366)
    .optional(),
  /** Turnover must reach this many times the deposits counted. */
  wager: decimal.optional(),
  /** Identity verified, at most this many days after the first deposit. */
  verifiedWithinDays: z.int().min(0).max(366).optional(),
  /** All conditions must be true within this many days of the first deposit. */
  withinDays: z.int().min(0).max(366).optional(),
  /** What a self-exclusion does to what it earned and has not matured. */
  onExclusion: z.enum(['keep', 'cancel-open']).optional(),
});

/** Kinds of networks that a verdict may name. */
const refusedNetworks = z.array(z.enum(networkKinds)).max(networkKinds.length);

/** What makes an event count for a component. */
export const qualification = z.strictObject({
  /** The event's own amount, in minor units, must be at least this. */
  minAmount: z.int().nonnegative().optional(),
  rule: ruleGroup.optional(),
  customer: customerQualification.optional(),
  /** An event that comes from one of these kinds of networks does not count; what is not known refuses nothing. */
  refusedNetworks: refusedNetworks.optional(),
});

/** Another rate for what a rule describes. The highest priority that holds wins; every one is recorded. */
const alternative = z.strictObject({
  name: kebab,
  priority: z.int().min(-1000).max(1000),
  when: ruleGroup,
  rate: rate.optional(),
  amount: finely.optional(),
});

const cap = z.strictObject({
  measure: z.enum(['conversions', 'amount']),
  limit: z.int().positive(),
  per: z.enum(resets),
  of: z.enum(['partner', 'customer']).optional(),
  afterRefund: z.enum(['returns', 'stays']).optional(),
});

const split = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('named'),
    shares: z
      .array(z.strictObject({ partnerId: ids.partner, share: rate }))
      .min(1)
      .max(20),
  }),
  z.strictObject({ by: z.literal('touches'), first: rate, last: rate, rest: z.literal('equal') }),
]);

/** Who earns below whom: the component pays its partner for what partners below it bring. */
const downline = z.strictObject({
  /** Share of the model's result by distance: the first is for the partner directly below. */
  levels: z.array(decimal).min(1).max(50),
  /** What a percentage is of: the event's amount, what its own partner earned of it, or what the partner directly below earned of it. */
  of: z.enum(['amount', 'commission', 'level-below']),
  /** On top of what is paid below, or out of the share of the event's own partner. */
  funding: z.enum(['on-top', 'downline']),
  /** Level difference: only what exceeds all that is paid below. */
  lessPaidBelow: z.boolean().optional(),
  /** A bonus, once for each partner below, when what it has earned comes to so many minor units; refunds of the days after take it back. */
  milestone: z
    .strictObject({ earned: z.int().min(1).max(Number.MAX_SAFE_INTEGER), reversibleDays: z.int().min(0).max(3650).optional() })
    .optional(),
  /** The most that everybody together may earn of the event, as a share of its amount. */
  pool: rate.optional(),
  /** Amounts by rank, each to the nearest partner above of that rank or a higher one. */
  ranks: z
    .strictObject({
      order: z.array(kebab).min(1).max(30),
      pays: z
        .array(z.strictObject({ rank: kebab, rate: rate.optional(), amount: finely.optional() }))
        .min(1)
        .max(30),
      skipped: z.enum(['pay-up', 'lose']),
      sameRank: rate.optional(),
    })
    .optional(),
});

const duration = z.strictObject({
  months: z.int().min(1).max(600),
  from: z.enum(['customer-first', 'recruited']),
  afterwards: z.strictObject({ rate: rate.optional(), amount: finely.optional() }).optional(),
});

/** How gross revenue becomes net: every line named, in the order in which a statement shows them. */
const waterfall = z.strictObject({
  name: kebab,
  version: z.int().positive(),
  clause: z.string().max(5000).optional(),
  lines: z
    .array(
      z.strictObject({
        name: kebab,
        effect: z.enum(['deduct', 'add']),
        /** `gross-revenue`, `turnover`, or the name of a deduction that events carry. */
        of: kebab,
        rate: decimal.optional(),
      }),
    )
    .max(30),
});

const carryover = z.strictObject({
  policy: z.enum(['none', 'ring-fence', 'component', 'account']),
  unit: z.enum(['base', 'commission']).optional(),
  cap: z.strictObject({ times: decimal, months: z.int().min(1).max(12) }).optional(),
  highRoller: z.strictObject({ threshold: z.int().max(-1) }).optional(),
  writeOffAfterMonths: z.int().min(1).max(120).optional(),
});

/** One way of earning under a deal. Defaults are the engine's and documented in docs/deal-terms.md. */
export const dealComponent = z.strictObject({
  name: kebab.optional(),
  on: conversionKind,
  model: z.enum(models),
  amount: finely.optional(),
  rate: rate.optional(),
  spread: z.strictObject({ unit: finely, maximum: decimal.optional(), reduceAbove: decimal.optional() }).optional(),
  items: z
    .strictObject({
      rates: z
        .array(
          z.strictObject({
            sku: z.string().max(100).optional(),
            category: z.string().max(100).optional(),
            product: z.string().max(100).optional(),
            rate,
          }),
        )
        .min(1)
        .max(200),
      otherwise: rate.optional(),
      discount: z.literal('proportional').optional(),
    })
    .optional(),
  qualify: qualification.optional(),
  alternatives: z.array(alternative).max(50).optional(),
  byOrdinal: z.strictObject({ rates: z.array(rate).min(1).max(50), beyond: z.enum(['last', 'nothing']) }).optional(),
  duration: duration.optional(),
  tiers: tiers.optional(),
  caps: z.array(cap).max(6).optional(),
  split: split.optional(),
  downline: downline.optional(),
  waterfall: waterfall.optional(),
  carryover: carryover.optional(),
  /** Names of components whose payments are advances on this one. */
  recoups: z.array(kebab).max(20).optional(),
  onRefund: z.enum(['proportional', 'when-fully-refunded', 'never']).optional(),
  rounding: z.enum(roundingModes).optional(),
  subCent: z.enum(['round-each', 'accumulate']).optional(),
});

/** What a brand chooses for every policy that its deals leave open; see docs/deal-terms.md. */
export const termDefaults = z
  .strictObject({
    rounding: z.enum(roundingModes).optional(),
    crossing: z.enum(['new', 'old']).optional(),
    bounds: z.enum(['inclusive', 'exclusive']).optional(),
    retroactive: z.enum(['none', 'unpaid', 'all']).optional(),
    demotion: z.enum(['keep', 'unwind']).optional(),
    carryoverUnit: z.enum(['base', 'commission']).optional(),
    capAfterRefund: z.enum(['returns', 'stays']).optional(),
    onExclusion: z.enum(['keep', 'cancel-open']).optional(),
    /** For components that go by the country. */
    refusedNetworks: refusedNetworks.optional(),
    /** The most of an event's revenue that everybody together may earn: deals beyond it are refused. */
    maximumShareOfRevenue: z
      .string()
      .regex(/^(0(\.\d{1,12})?|1(\.0{1,12})?)$/, 'must be a decimal string from "0" to "1", such as "0.35"')
      .optional(),
  })
  .meta({ id: 'TermDefaults' });
export type TermDefaults = z.infer<typeof termDefaults>;

const lock = z.strictObject({
  anchor: z.enum(['instant', 'day-start', 'day-end', 'month-start', 'month-last-day', 'month-end']),
  months: z.int().min(0).max(24).optional(),
  days: z.int().min(0).max(365).optional(),
  /** Then the next such day of a month that is not before; a shorter month is taken at its last day. */
  dayOfMonth: z.int().min(1).max(31).optional(),
});

export const dealTerms = z
  .strictObject({
    termsVersion: z.literal(1).optional(),
    components: z.array(dealComponent).min(1).max(20),
    /** Full days between the event and the day on which it may be paid. */
    holdDays: z.int().min(0).max(365).optional(),
    /** A date on the calendar from which it may be paid, instead of so many days. */
    lock: lock.optional(),
    currency: currency.optional(),
    /** The zone of resets, durations, months and holding; the brand's when left out. */
    timeZone: timeZone.optional(),
    /** Share of an amount converted that the exchange costs, borne by the partner. */
    fxFee: rate.optional(),
    /** Whether a customer keeps the terms of its first event when a later version comes. */
    existingCustomers: z.enum(['keep-their-terms', 'move']).optional(),
    /** Events carry a licence: this deal is for one only. */
    licence: z.string().max(100).optional(),
  })
  .meta({ id: 'DealTerms' });
export type DealTerms = z.infer<typeof dealTerms>;
