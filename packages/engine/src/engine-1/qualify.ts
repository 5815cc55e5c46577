import { evaluate, type Fact, type Facts, fieldsOf, type RuleGroup, trace } from '@tributary/rules';
import type { Conversion, NormalComponent, Reason, RuleTried } from '../types.js';

const attributePrefix = 'attributes.';

/** The attributes that a rule reads: all that an explanation may keep of them. */
export const attributesOf = (rule: RuleGroup | null): string[] =>
  rule === null ? [] : fieldsOf(rule).flatMap((field) => (field.startsWith(attributePrefix) ? field.slice(attributePrefix.length) : []));

/** Whether a conversion of this amount earns by the component; `reason` is null when it does. No amount counts as 0. */
export function qualify(
  { qualify: { minAmount, rule } }: NormalComponent,
  conversion: Conversion,
  currency: string,
  amount: bigint | null,
): { reason: Reason | null; rules: RuleTried[] } {
  const rules: RuleTried[] = [];
  const comparesMoney = minAmount !== null && minAmount > 0;
  if (comparesMoney && amount !== null && conversion.currency !== currency) {
    rules.push({ rule: 'same-currency', passed: false, detail: `the amount is in ${conversion.currency}, the minimum in ${currency}` });
    return { reason: 'currency-mismatch', rules };
  }
  if (minAmount !== null) {
    const passed = (amount ?? 0n) >= BigInt(minAmount);
    rules.push({ rule: 'minimum-amount', passed, detail: `${amount ?? 0n} is ${passed ? 'at least' : 'less than'} ${minAmount}` });
    if (!passed) return { reason: 'below-minimum-amount', rules };
  }
  if (rule === null) return { reason: null, rules };
  const facts = factsFor(rule, conversion, amount);
  rules.push(
    ...trace(rule, facts).map((one) => ({ rule: 'qualification', passed: one.passed, detail: `${one.sentence}: found ${one.found}` })),
  );
  const passed = evaluate(rule, facts);
  rules.push({ rule: 'qualification-as-a-whole', passed, detail: passed ? 'it qualifies' : 'it does not qualify' });
  return { reason: passed ? null : 'rule-not-met', rules };
}

function factsFor(rule: RuleGroup, { kind, currency, programId, attributes }: Conversion, amount: bigint | null): Facts {
  const named = attributesOf(rule).map((name) => [`${attributePrefix}${name}`, asFact(ownValue(attributes, name))]);
  return { kind, amount, currency, programId, ...Object.fromEntries(named) };
}

const ownValue = (attributes: Conversion['attributes'], name: string): unknown =>
  attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name] : undefined;

function asFact(value: unknown): Fact {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : null;
}
