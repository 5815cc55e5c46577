import { z } from 'zod';
import { slug, text } from './common.js';
import { ruleGroup } from './terms.js';

/** One row of a routing table: who decides when its conditions hold. */
export const routingRow = z
  .strictObject({
    name: slug,
    /** Conditions on amount, size, currency, inBrandCurrency, byHand, component, brand, partner.status, partner.riskLevel, partner.tags, flags.<days>. The last row has none. */
    when: ruleGroup.optional(),
    outcome: z.enum(['auto', 'manager', 'finance', 'manager-and-finance']),
    /** Why, in words of the brand: `{amount}`, `{partner.status}` and other fields stand for what was found. */
    because: text(300).optional(),
    /** How long each stage may take before it is escalated. No deadline unless told. */
    decideWithinHours: z.int().min(1).max(8760).optional(),
  })
  .meta({ id: 'RoutingRow' });
/** What a table decides on: each commission, or each payout of a run, which always needs another person than who built it. */
export const routedKinds = ['commissions', 'payouts'] as const;
export const routedKind = z.enum(routedKinds);
export type RoutedKind = z.infer<typeof routedKind>;
export type RoutingRow = z.infer<typeof routingRow>;

/**
 * The rows of a brand that has written no table for its payouts: a manager and finance above its finance threshold, and in another
 * currency than the brand's, with which the threshold cannot be compared; finance alone otherwise. The threshold, in minor units, is inside.
 */
export const defaultPayoutRows = (financeThreshold: bigint): RoutingRow[] => [
  { name: 'other-currency', when: only('inBrandCurrency', '=', false), outcome: 'manager-and-finance' },
  { name: 'above-finance-threshold', when: only('amount', '>', String(financeThreshold)), outcome: 'manager-and-finance' },
  { name: 'within-finance-threshold', outcome: 'finance' },
];
const only = (field: string, operator: '=' | '>', value: string | boolean): NonNullable<RoutingRow['when']> => ({
  combinator: 'and',
  rules: [{ field, operator, value }],
});
