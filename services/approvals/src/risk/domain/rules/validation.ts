import type { RiskParameters } from '@tributary/contracts';
import { type ConversionFact, defineRule, eachFresh } from '../rule.js';

type Filter = RiskParameters<'validation'>['fields'][number];

/** A conversion lacks what the brand asks for, or says something else (F-12): a person looks, and nothing is rejected by itself. */
export const validation = defineRule({
  id: 'validation',
  summary: 'A field of the conversion is missing, or not what the brand takes',
  needs: ['the conversion'],
  lookBackMs: () => 0,
  evaluate: (facts, { fields, kinds }) =>
    eachFresh(facts, (fact) => {
      if (kinds.length > 0 && !kinds.includes(fact.kind)) return null;
      const failed = fields.flatMap((filter) => whyNot(fact, filter) ?? []);
      return failed.length === 0 ? null : { outcome: 'hit', detail: `validation: ${failed.join(', ')}`, evidence: [] };
    }),
});

const fieldsOf = ({ amount, country, customerId, clickId, method }: ConversionFact) => ({
  amount: amount?.toString() ?? null,
  country,
  customer: customerId,
  click: clickId,
  method,
});

/** What is wrong with a field, beginning with its name; undefined when it fits. */
function whyNot(fact: ConversionFact, { field, required, oneOf, min, max }: Filter): string | undefined {
  const value = fieldsOf(fact)[field];
  if (value === null) return required ? `${field} is missing` : undefined;
  if (oneOf !== undefined && !oneOf.includes(value)) return `${field} is not one of those that are taken`;
  if (field !== 'amount') return undefined;
  if (min !== undefined && BigInt(value) < BigInt(min)) return `amount is below ${min}`;
  return max !== undefined && BigInt(value) > BigInt(max) ? `amount is above ${max}` : undefined;
}
