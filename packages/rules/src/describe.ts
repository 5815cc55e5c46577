import { type Fields, fieldNamed, isGroup, type Operator, type Rule, type RuleGroup, type RuleValue } from './rule.js';

const words: Record<Operator, string> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is more than',
  '>=': 'is at least',
  between: 'is between',
  in: 'is one of',
  notIn: 'is none of',
  contains: 'contains',
  doesNotContain: 'does not contain',
  beginsWith: 'begins with',
  endsWith: 'ends with',
  null: 'is not given',
  notNull: 'is given',
};

/** The rule as an English clause: `amount is at least 500 and (country is "DE" or country is "AT")`. */
export function describe(node: Rule | RuleGroup, fields: Fields = {}): string {
  if (!isGroup(node)) return describeRule(node, fields);
  if (node.rules.length === 0) return (node.combinator === 'and') !== (node.not === true) ? 'always' : 'never';
  const parts = node.rules.map((rule) =>
    isGroup(rule) && !rule.not && rule.rules.length > 1 ? `(${describe(rule, fields)})` : describe(rule, fields),
  );
  const joined = parts.join(` ${node.combinator} `);
  return node.not ? `not (${joined})` : joined;
}

function describeRule({ field, operator, value }: Rule, fields: Fields): string {
  const name = fieldNamed(field, fields)?.label ?? field;
  if (operator === 'null' || operator === 'notNull') return `${name} ${words[operator]}`;
  return `${name} ${words[operator]} ${describeValue(operator, value)}`;
}

function describeValue(operator: Operator, value: RuleValue | undefined): string {
  if (Array.isArray(value)) return value.map((one) => JSON.stringify(one)).join(operator === 'between' ? ' and ' : ', ');
  return JSON.stringify(value ?? null);
}
