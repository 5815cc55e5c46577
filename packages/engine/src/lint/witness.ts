import { evaluate, type Fact, type Facts, type Fields, fieldNamed, isGroup, type Rule, type RuleGroup } from '@tributary/rules';
import { candidatesFor } from './candidates.js';
import { atomsOf } from './finding.js';

/** `found`: these facts satisfy the rule. `none`: no facts can. `unknown`: too many to look through. */
export type Search = { result: 'found'; facts: Facts } | { result: 'none' | 'unknown' };

const mostTried = 4_000;

/**
 * Looks for facts that satisfy a rule, by trying for each of its fields every value at which a comparison of it can turn: the constants,
 * what lies between and beyond them, none at all. So an answer is an example, or a proof that there is none. `fixed` facts are given.
 */
export function findFacts(rule: RuleGroup, fields: Fields, fixed: Facts): Search {
  const open = openFields(rule, fields, fixed);
  let isComplete = open.every(({ isComplete }) => isComplete);
  const facts: Record<string, Fact> = { ...fixed };
  let tried = 0;
  const search = (index: number): boolean => {
    const field = open[index];
    if (field === undefined) {
      tried += 1;
      return evaluate(rule, facts);
    }
    for (const value of field.values) {
      if (tried >= mostTried) {
        isComplete = false;
        return false;
      }
      facts[field.name] = value;
      if (search(index + 1)) return true;
    }
    return false;
  };
  if (search(0)) return { result: 'found', facts: { ...facts } };
  return { result: isComplete ? 'none' : 'unknown' };
}

/** Whether it is certain that nothing satisfies the rule. */
export const isImpossible = (rule: RuleGroup, fields: Fields, fixed: Facts): boolean => findFacts(rule, fields, fixed).result === 'none';

/** What must all hold for the rule to hold. */
function conjunctsOf(node: Rule | RuleGroup): (Rule | RuleGroup)[] {
  if (!isGroup(node) || node.not === true || node.combinator === 'or') return [node];
  return node.rules.flatMap(conjunctsOf);
}

function openFields(rule: RuleGroup, fields: Fields, fixed: Facts) {
  const byField = new Map<string, Rule[]>();
  for (const atom of atomsOf(rule)) {
    if (!Object.hasOwn(fixed, atom.field)) byField.set(atom.field, [...(byField.get(atom.field) ?? []), atom]);
  }
  const parts = conjunctsOf(rule);
  return [...byField].map(([name, atoms]) => {
    const { values, isComplete } = candidatesFor(name, fieldNamed(name, fields)?.type ?? 'any', atoms);
    // What must hold and asks about this field alone sorts out most values before they are combined with others.
    const own = parts.filter((part) => atomsOf(part).length > 0 && atomsOf(part).every(({ field }) => field === name));
    return { name, isComplete, values: values.filter((value) => own.every((part) => evaluate(part, { [name]: value }))) };
  });
}

/** Facts as words: `country "DE", amount 500`. What is missing is left out. */
export function describeFacts(facts: Facts, fields: Fields, rule: RuleGroup): string {
  const named = [...new Set(atomsOf(rule).map(({ field }) => field))].flatMap((name) => {
    const fact = facts[name];
    if (fact === null || fact === undefined || (Array.isArray(fact) && fact.length === 0)) return [];
    return [`${fieldNamed(name, fields)?.label ?? name} ${textOf(fact)}`];
  });
  return named.length === 0 ? 'any event' : named.join(', ');
}

const textOf = (fact: Fact): string =>
  typeof fact === 'string'
    ? JSON.stringify(fact)
    : Array.isArray(fact)
      ? fact.map((word) => JSON.stringify(word)).join(' and ')
      : String(fact);
