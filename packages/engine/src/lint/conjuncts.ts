import { isGroup, type Rule, type RuleGroup } from '@tributary/rules';

type Node = Rule | RuleGroup;

/** What must all hold for the rule to hold, in pieces as small as can be: `not (a or b)` is not a, and not b. */
export function conjunctsOf(node: Node): Node[] {
  if (!isGroup(node)) return [node];
  const { rules, combinator, not = false } = node;
  const [only] = rules;
  if (rules.length === 1 && only !== undefined) {
    if (!not) return conjunctsOf(only);
    return isGroup(only) ? conjunctsOf({ ...only, not: only.not !== true }) : [node];
  }
  if (not === false && combinator === 'and') return rules.flatMap(conjunctsOf);
  if (not && combinator === 'or') return rules.flatMap((rule) => conjunctsOf({ combinator: 'and', not: true, rules: [rule] }));
  return [node];
}
