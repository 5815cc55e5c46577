import { z } from 'zod';
import { currency, rate } from './common.js';

/** The kinds of events a sender may report; any other lower-case kind is a custom one. */
export const conversionKinds = [
  'lead',
  'sale',
  'deposit',
  'player-activity',
  'trade',
  'challenge-purchase',
  'refund',
  'chargeback',
] as const;
export const conversionKind = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a lower-case kind such as sale');

export const roundingModes = ['half-away', 'half-even', 'half-toward', 'down', 'up'] as const;

const ruleNode: z.ZodType = z.lazy(() =>
  z.union([ruleGroup, z.strictObject({ field: z.string(), operator: z.string(), value: z.unknown().optional() })]),
);
/** A predicate of packages/rules, stored as data. */
export const ruleGroup = z
  .strictObject({ combinator: z.enum(['and', 'or']), not: z.boolean().optional(), rules: z.array(ruleNode).max(50) })
  .meta({ id: 'RuleGroup' });

/** What makes an event count for a component. */
export const qualification = z.strictObject({
  /** The event's own amount, in minor units, must be at least this. */
  minAmount: z.int().nonnegative().optional(),
  rule: ruleGroup.optional(),
});

/** One way of earning under a deal. Defaults are the engine's and documented in docs/deal-terms.md. */
export const dealComponent = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,59}$/)
    .optional(),
  on: conversionKind,
  model: z.enum(['flat', 'percentage', 'flat-plus-percentage']),
  /** Minor units an event; an integer, or a decimal string of minor units for sub-cent amounts. */
  amount: z.union([z.int().nonnegative(), z.string().regex(/^\d{1,12}(\.\d{1,9})?$/)]).optional(),
  rate: rate.optional(),
  qualify: qualification.optional(),
  onRefund: z.enum(['proportional', 'when-fully-refunded', 'never']).optional(),
  rounding: z.enum(roundingModes).optional(),
  subCent: z.enum(['round-each', 'accumulate']).optional(),
});

export const dealTerms = z
  .strictObject({
    termsVersion: z.literal(1).optional(),
    components: z.array(dealComponent).min(1).max(20),
    /** Full days in the brand's zone between the event and the day on which it may be paid. */
    holdDays: z.int().min(0).max(365).optional(),
    currency: currency.optional(),
  })
  .meta({ id: 'DealTerms' });
export type DealTerms = z.infer<typeof dealTerms>;
