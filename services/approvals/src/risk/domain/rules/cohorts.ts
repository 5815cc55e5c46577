import { type ConversionFact, dayMs, earning } from '../rule.js';

/** A customer of a partner, and all that is known of him. */
export interface CohortCustomer {
  customerId: string;
  facts: readonly ConversionFact[];
  first: number;
  last: number;
}

/** The customers whose first conversion lies within the days before now. */
export function cohortOf(recent: readonly ConversionFact[], days: number, now: Date): CohortCustomer[] {
  const byCustomer = new Map<string, ConversionFact[]>();
  const customerOf = new Map(recent.map((fact) => [fact.conversionId, fact.customerId]));
  for (const fact of recent) {
    // A sender need not name the customer again to take back what he bought.
    const customerId = fact.customerId ?? (fact.originalConversionId === null ? null : (customerOf.get(fact.originalConversionId) ?? null));
    if (customerId !== null) byCustomer.set(customerId, [...(byCustomer.get(customerId) ?? []), fact]);
  }
  return [...byCustomer].flatMap(([customerId, facts]) => {
    const times = earning(facts).map(({ occurredAt }) => occurredAt.getTime());
    const first = Math.min(...times);
    if (times.length === 0 || first < now.getTime() - days * dayMs) return [];
    return [{ customerId, facts, first, last: Math.max(...times) }];
  });
}
