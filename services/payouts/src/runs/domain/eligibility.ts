import { evaluate, type Facts, type Fields, type RuleGroup, type RuleProblem, validate } from '@tributary/rules';

/** A condition of being paid beside the amount: what is earned stays in the balance until it holds. */
export interface EligibilityRule {
  name: string;
  rule: RuleGroup;
}

/** What rules may ask for. The month is that of the run: of its schedule, or in which its cut-off lies. */
export const eligibilityFields: Fields = {
  'partner.tags': { type: 'list', label: 'tags of the partner' },
  'enrollment.status': { type: 'text', label: 'status of the enrolment' },
  'payable.amount': { type: 'number', label: 'payable minor units' },
  'payable.entries': { type: 'number', label: 'payable entries' },
  'month.conversions': { type: 'number', label: 'conversions of the month that earn' },
  'month.customers': { type: 'number', label: 'customers of the month that earn' },
};

/** Every mistake in the rules, with its place in the list; names are told apart by. */
export function problemsOfRules(rules: readonly EligibilityRule[]): { pointer: string; rule: RuleProblem['rule'] | 'name-used-twice' }[] {
  const names = rules.map(({ name }) => name);
  return rules.flatMap(({ name, rule }, index) => [
    ...(names.indexOf(name) < index ? [{ pointer: `/${index}/name`, rule: 'name-used-twice' as const }] : []),
    ...validate(rule, eligibilityFields, `/${index}/rule`),
  ]);
}

/** The name of the first rule that does not hold. A fact that is not known satisfies no rule that asks for something. */
export const firstNotMet = (rules: readonly EligibilityRule[], facts: Facts): string | undefined =>
  rules.find(({ rule }) => !evaluate(rule, facts))?.name;

export interface TagSpan {
  tag: string;
  effectiveFrom: string;
  effectiveTo: string | null;
}
/** The tags that a partner carries at an instant. */
export const tagsAt = (spans: readonly TagSpan[], at: Date): string[] => [
  ...new Set(
    spans
      .filter(
        ({ effectiveFrom, effectiveTo }) =>
          Date.parse(effectiveFrom) <= at.getTime() && (effectiveTo === null || Date.parse(effectiveTo) > at.getTime()),
      )
      .map(({ tag }) => tag),
  ),
];
