import { isNumeric } from './compare-numbers.js';
import {
  type Fields,
  type FieldType,
  fieldNamed,
  hasMalformedKey,
  isGroup,
  type Operator,
  operators,
  type Rule,
  type RuleGroup,
} from './rule.js';

/** One mistake: where (JSON pointer into the rule) and which. */
export interface RuleProblem {
  pointer: string;
  rule:
    | 'unknown-combinator'
    | 'unknown-field'
    | 'field-key-is-malformed'
    | 'unknown-operator'
    | 'operator-not-for-this-field'
    | 'value-must-be-a-number'
    | 'value-must-be-text'
    | 'value-must-be-true-or-false'
    | 'value-must-be-a-list'
    | 'value-must-be-two-bounds'
    | 'nested-too-deep';
}

const maxDepth = 8;
const everywhere: readonly Operator[] = ['null', 'notNull'];
const equality: readonly Operator[] = ['=', '!=', 'in', 'notIn'];
const order: readonly Operator[] = ['<', '<=', '>', '>=', 'between'];
const pieces: readonly Operator[] = ['contains', 'doesNotContain', 'beginsWith', 'endsWith'];
const allowed: Record<FieldType, readonly Operator[]> = {
  text: [...everywhere, ...equality, ...order, ...pieces],
  number: [...everywhere, ...equality, ...order],
  boolean: [...everywhere, '=', '!='],
  list: [...everywhere, 'contains', 'doesNotContain'],
  any: operators,
};

/** Every mistake in a rule against the fields it may name; empty when it can be evaluated. */
export function validate(node: Rule | RuleGroup, fields: Fields, pointer = '', depth = 0): RuleProblem[] {
  if (!isGroup(node)) return validateRule(node, fields, pointer);
  if (depth >= maxDepth) return [{ pointer, rule: 'nested-too-deep' }];
  const own: RuleProblem[] = ['and', 'or'].includes(node.combinator)
    ? []
    : [{ pointer: `${pointer}/combinator`, rule: 'unknown-combinator' }];
  return own.concat(node.rules.flatMap((rule, index) => validate(rule, fields, `${pointer}/rules/${index}`, depth + 1)));
}

function validateRule({ field, operator, value }: Rule, fields: Fields, pointer: string): RuleProblem[] {
  const declared = fieldNamed(field, fields);
  if (!declared)
    return [{ pointer: `${pointer}/field`, rule: hasMalformedKey(field, fields) ? 'field-key-is-malformed' : 'unknown-field' }];
  if (!operators.includes(operator)) return [{ pointer: `${pointer}/operator`, rule: 'unknown-operator' }];
  if (!allowed[declared.type].includes(operator)) return [{ pointer: `${pointer}/operator`, rule: 'operator-not-for-this-field' }];
  const problem = problemOfValue(declared.type, operator, value);
  return problem ? [{ pointer: `${pointer}/value`, rule: problem }] : [];
}

function problemOfValue(type: FieldType, operator: Operator, value: unknown): RuleProblem['rule'] | undefined {
  if (operator === 'null' || operator === 'notNull') return undefined;
  if (operator === 'between') {
    if (!Array.isArray(value) || value.length !== 2) return 'value-must-be-two-bounds';
    return value.map((one) => problemOfScalar(type, one)).find(Boolean);
  }
  if (operator === 'in' || operator === 'notIn') {
    if (!Array.isArray(value)) return 'value-must-be-a-list';
    return value.map((one) => problemOfScalar(type, one)).find(Boolean);
  }
  return problemOfScalar(pieces.includes(operator) ? 'text' : type, value);
}

function problemOfScalar(type: FieldType, value: unknown): RuleProblem['rule'] | undefined {
  if (type === 'number') return isNumeric(value) ? undefined : 'value-must-be-a-number';
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'value-must-be-true-or-false';
  if (type === 'any' && (typeof value === 'boolean' || isNumeric(value))) return undefined;
  return typeof value === 'string' ? undefined : 'value-must-be-text';
}
