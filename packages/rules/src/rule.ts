/** One comparison: a field of the facts against a value. The JSON shape is react-querybuilder's `RuleType`. */
export interface Rule {
  field: string;
  operator: Operator;
  value?: RuleValue | undefined;
}

/** Several rules under one combinator; `not` turns the whole group round. The JSON shape is react-querybuilder's `RuleGroupType`. */
export interface RuleGroup {
  combinator: 'and' | 'or';
  rules: readonly (Rule | RuleGroup)[];
  not?: boolean | undefined;
}

export const operators = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'between',
  'in',
  'notIn',
  'contains',
  'doesNotContain',
  'beginsWith',
  'endsWith',
  'null',
  'notNull',
] as const;
export type Operator = (typeof operators)[number];

export type Scalar = string | number | boolean;
export type RuleValue = Scalar | readonly Scalar[] | null;

/** What is known about the thing judged. A number may be a bigint (money); a list is a set of words (tags). */
export type Fact = string | number | bigint | boolean | readonly string[] | null | undefined;
export type Facts = Readonly<Record<string, Fact>>;

export type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'any';
/** `keys`: of a prefix, what may stand in the place of its `*`; without it anything may. */
export interface Field {
  type: FieldType;
  label?: string;
  keys?: RegExp;
}
/** The fields a rule may name. A key that ends in `.*` admits every field with that prefix. */
export type Fields = Readonly<Record<string, Field>>;

export const isGroup = (node: Rule | RuleGroup): node is RuleGroup => 'rules' in node;

/** The declaration of a field: by its own name, or by a `prefix.*`; undefined when the field is not allowed. */
export function fieldNamed(name: string, fields: Fields): Field | undefined {
  if (Object.hasOwn(fields, name) && !isPrefix(name)) return fields[name];
  return underPrefix(name, fields).find(({ field, key }) => field.keys?.test(key) ?? true)?.field;
}

/** Whether the field is not allowed, but another key of its prefix would be. */
export const hasMalformedKey = (name: string, fields: Fields): boolean =>
  fieldNamed(name, fields) === undefined && underPrefix(name, fields).length > 0;

const isPrefix = (name: string): boolean => name.endsWith('.*');

/** The declarations of prefixes that the name has, each with the rest of the name. */
const underPrefix = (name: string, fields: Fields): { field: Field; key: string }[] =>
  Object.entries(fields).flatMap(([pattern, field]) => {
    const prefix = pattern.slice(0, -1);
    return isPrefix(pattern) && name.startsWith(prefix) && name.length > prefix.length ? [{ field, key: name.slice(prefix.length) }] : [];
  });

/** Every field the rule names, once each, in the order met. */
export function fieldsOf(node: Rule | RuleGroup): string[] {
  const names = isGroup(node) ? node.rules.flatMap(fieldsOf) : [node.field];
  return [...new Set(names)];
}
