import { compareNumbers } from './compare-numbers.js';
import { describe } from './describe.js';
import { type Fact, type Facts, isGroup, type Rule, type RuleGroup, type RuleValue, type Scalar } from './rule.js';

/**
 * Whether the facts satisfy the rule. Pure and total over rules that `validate` accepts.
 *
 * - An empty group holds under `and`, and fails under `or`.
 * - A fact that is missing (absent or null) satisfies only `null`, `!=`, `notIn` and `doesNotContain`.
 * - Numbers compare exactly, bigint and decimal strings included; no value is turned into a float.
 * - `contains` looks for a word in a list, and for a piece of text in a text. Text is compared as it stands.
 */
export function evaluate(node: Rule | RuleGroup, facts: Facts): boolean {
  if (!isGroup(node)) return holds(node, Object.hasOwn(facts, node.field) ? facts[node.field] : undefined);
  const result =
    node.combinator === 'and' ? node.rules.every((rule) => evaluate(rule, facts)) : node.rules.some((rule) => evaluate(rule, facts));
  return node.not ? !result : result;
}

export interface RuleTrace {
  sentence: string;
  passed: boolean;
  /** What the facts said, as text. */
  found: string;
}

/** Each single rule with its own outcome, for an explanation; groups are not short-cut. */
export function trace(node: Rule | RuleGroup, facts: Facts): RuleTrace[] {
  if (isGroup(node)) return node.rules.flatMap((rule) => trace(rule, facts));
  const fact = Object.hasOwn(facts, node.field) ? facts[node.field] : undefined;
  return [{ sentence: describe(node), passed: evaluate(node, facts), found: textOf(fact) }];
}

function holds({ operator, value }: Rule, fact: Fact): boolean {
  const missing = fact === null || fact === undefined;
  switch (operator) {
    case 'null':
      return missing;
    case 'notNull':
      return !missing;
    case '=':
      return equals(fact, value);
    case '!=':
      return !equals(fact, value);
    case 'in':
      return isAmong(fact, value);
    case 'notIn':
      return !isAmong(fact, value);
    case 'contains':
      return contains(fact, value);
    case 'doesNotContain':
      return !contains(fact, value);
    case 'beginsWith':
      return typeof fact === 'string' && fact.startsWith(String(value));
    case 'endsWith':
      return typeof fact === 'string' && fact.endsWith(String(value));
    case 'between': {
      const [from, to] = listOf(value);
      return ordered(fact, from, (x) => x >= 0) && ordered(fact, to, (x) => x <= 0);
    }
    case '<':
      return ordered(fact, value, (x) => x < 0);
    case '<=':
      return ordered(fact, value, (x) => x <= 0);
    case '>':
      return ordered(fact, value, (x) => x > 0);
    case '>=':
      return ordered(fact, value, (x) => x >= 0);
  }
}

function equals(fact: Fact, value: RuleValue | undefined): boolean {
  if (fact === null || fact === undefined || value === undefined || value === null) return false;
  if (typeof fact === 'number' || typeof fact === 'bigint') return ordered(fact, value, (x) => x === 0);
  return fact === value;
}

/** Lists may be long: a text is looked up as it stands, which is all that `equals` asks of texts. */
const isAmong = (fact: Fact, value: RuleValue | undefined): boolean =>
  typeof fact === 'string' ? listOf(value).includes(fact) : listOf(value).some((one) => equals(fact, one));

function contains(fact: Fact, value: RuleValue | undefined): boolean {
  if (Array.isArray(fact)) return fact.includes(String(value));
  return typeof fact === 'string' && fact.includes(String(value));
}

/** Numbers by size; two texts (dates, codes) letter by letter; anything else is not ordered. */
function ordered(fact: Fact, value: RuleValue | undefined, test: (comparison: number) => boolean): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  if (typeof fact === 'number' || typeof fact === 'bigint') {
    const comparison = compareNumbers(fact, value);
    return comparison !== undefined && test(comparison);
  }
  if (typeof fact !== 'string') return false;
  if (typeof value === 'number') {
    const comparison = compareNumbers(fact, value);
    return comparison !== undefined && test(comparison);
  }
  return test(fact < value ? -1 : fact > value ? 1 : 0);
}

const listOf = (value: RuleValue | undefined): readonly Scalar[] => (Array.isArray(value) ? value : []);

function textOf(fact: Fact): string {
  if (fact === null || fact === undefined) return 'nothing';
  return typeof fact === 'string' ? JSON.stringify(fact) : Array.isArray(fact) ? `[${fact.join(', ')}]` : String(fact);
}
