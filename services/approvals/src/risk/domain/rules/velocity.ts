import { bursts } from '../bursts.js';
import { type ConversionFact, defineRule, earning, type Finding, someOf } from '../rule.js';

const keyOf = {
  partner: () => 'partner',
  click: (fact) => fact.clickId,
  customer: (fact) => fact.customerId,
  visitor: (fact) => fact.click?.visitor ?? null,
} satisfies Record<string, (fact: ConversionFact) => string | null>;

/** More conversions in a window than the brand thinks possible (F-09). */
export const velocity = defineRule({
  id: 'velocity',
  summary: 'More conversions of one partner, click, customer or visitor in a window than a brand expects',
  needs: ['the click, customer or visitor, where it is counted by one'],
  lookBackMs: ({ minutes }) => minutes * 60_000,
  evaluate({ recent }, { per, atLeast, minutes }) {
    const groups = new Map<string, ConversionFact[]>();
    for (const fact of earning(recent)) {
      const key = keyOf[per](fact);
      if (key !== null) groups.set(key, [...(groups.get(key) ?? []), fact]);
    }
    const hits = [...groups.values()].flatMap((group): Finding[] =>
      [...bursts(group, ({ occurredAt }) => occurredAt.getTime(), minutes * 60_000, atLeast)].map(([{ conversionId }, company]) => ({
        conversionId,
        detail: `${company.length} conversions per ${per} in ${minutes} min`,
        evidence: someOf(company.map((one) => one.conversionId)),
      })),
    );
    return { hits, indeterminate: [] };
  },
});
