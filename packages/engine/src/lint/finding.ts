import { multiply, type Rational, rational, toExactText } from '@tributary/money';
import { type Fields, isGroup, type Rule, type RuleGroup } from '@tributary/rules';
import type { NormalComponent, Terms } from '../types.js';
import type { Effort } from './effort.js';

/** What the linter says of terms. An `error` keeps the deal from being written, a `warning` is told with it. */
export interface Finding {
  severity: 'error' | 'warning';
  pointer: string;
  /** Kebab-case. */
  rule: string;
  /** One English sentence with the figures. */
  message: string;
}

/** One component, with all that a rule of the linter looks at. */
export interface Subject {
  /** As it stands in the terms, with every default spelt out. */
  component: NormalComponent;
  /** Its JSON pointer. */
  at: string;
  index: number;
  terms: Terms;
  fields: Fields;
  /** What searches through its conditions may still cost: one for all components of the terms. */
  effort: Effort;
}

export const error = (pointer: string, rule: string, message: string): Finding => ({ severity: 'error', pointer, rule, message });
export const warning = (pointer: string, rule: string, message: string): Finding => ({ severity: 'warning', pointer, rule, message });

/** `"0.333"` as `33.3 %`. */
export const asPercent = (share: Rational): string => `${toExactText(multiply(share, rational(100n)))} %`;

/** The conjunction of rules: what is left out holds. */
export const allOf = (...rules: readonly (Rule | RuleGroup | null | undefined)[]): RuleGroup => ({
  combinator: 'and',
  rules: rules.filter((rule): rule is Rule | RuleGroup => rule !== null && rule !== undefined),
});

/** What does not hold. */
export const noneOf = (rules: readonly RuleGroup[]): RuleGroup => ({ combinator: 'or', not: true, rules });

/** Every single comparison of a rule. */
export const atomsOf = (node: Rule | RuleGroup): Rule[] => (isGroup(node) ? node.rules.flatMap(atomsOf) : [node]);
