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
export type RoutingRow = z.infer<typeof routingRow>;
