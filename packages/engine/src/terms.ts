import { defaultRounding } from '@tributary/money';
import type { Fields } from '@tributary/rules';
import type { Component, Model, NormalComponent, NormalTerms, OnRefund, Terms } from './types.js';

/** What a component's `qualify.rule` may ask about. `amount` is in minor units of the commission's currency. */
export const qualificationFields: Fields = {
  kind: { type: 'text' },
  amount: { type: 'number' },
  currency: { type: 'text' },
  programId: { type: 'text', label: 'programme' },
  'attributes.*': { type: 'any' },
};

export const hasFlatPart = (model: Model): boolean => model !== 'percentage';
export const hasPercentagePart = (model: Model): boolean => model !== 'flat';

/**
 * The terms with every default spelt out:
 *
 * | left out | means |
 * |---|---|
 * | `termsVersion` | 1 |
 * | `holdDays` | 0: payable at once |
 * | `currency` | percentage: the conversion's own; with a flat part: the brand's, else the conversion's |
 * | `name` | the event kind; a second component on the same kind is `sale-2`, and so on |
 * | `qualify` | everything of the kind qualifies |
 * | `onRefund` | percentage part `proportional`; flat part `when-fully-refunded` |
 * | `rounding` | `half-away` |
 * | `subCent` | `round-each` |
 */
export function withDefaults(terms: Terms): NormalTerms {
  const taken = new Set(terms.components.flatMap(({ name }) => name ?? []));
  return {
    termsVersion: 1,
    components: terms.components.map((component) => normalComponent(component, component.name ?? freeName(component.on, taken))),
    holdDays: terms.holdDays ?? 0,
    currency: terms.currency ?? null,
  };
}

function freeName(kind: string, taken: Set<string>): string {
  let name = kind;
  for (let count = 2; taken.has(name); count += 1) name = `${kind}-${count}`;
  taken.add(name);
  return name;
}

const normalComponent = (component: Component, name: string): NormalComponent => ({
  name,
  on: component.on,
  model: component.model,
  amount: hasFlatPart(component.model) ? String(component.amount ?? 0) : null,
  rate: hasPercentagePart(component.model) ? (component.rate ?? '0') : null,
  qualify: { minAmount: component.qualify?.minAmount ?? null, rule: component.qualify?.rule ?? null },
  onRefund: {
    flat: component.onRefund ?? ('when-fully-refunded' satisfies OnRefund),
    percentage: component.onRefund ?? ('proportional' satisfies OnRefund),
  },
  rounding: component.rounding ?? defaultRounding,
  subCent: component.subCent ?? 'round-each',
});
