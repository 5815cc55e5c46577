import { expect, test } from '@jest/globals';
import {
  describe,
  evaluate,
  type Fact,
  type Fields,
  fieldsOf,
  hasMalformedKey,
  type Operator,
  type Rule,
  type RuleGroup,
  type RuleValue,
  trace,
  validate,
} from './index.js';

const fields: Fields = {
  amount: { type: 'number' },
  country: { type: 'text', label: 'the country' },
  tags: { type: 'list' },
  vip: { type: 'boolean' },
  'attributes.*': { type: 'any' },
  'metadata.*': { type: 'text', keys: /^[a-z]{1,8}$/ },
};
const rule = (field: string, operator: Operator, value?: RuleValue): Rule => ({ field, operator, value });
const group = (combinator: 'and' | 'or', rules: RuleGroup['rules'], not = false): RuleGroup => ({ combinator, rules, not });
const isTrue = (operator: Operator, fact: Fact, value?: RuleValue) => evaluate(rule('x', operator, value), { x: fact });

test('numbers compare exactly, whatever they are held in', () => {
  expect(isTrue('>=', 500n, 500)).toBe(true);
  expect(isTrue('<', 499n, '499.5')).toBe(true);
  expect(isTrue('=', 9007199254740993n, '9007199254740993')).toBe(true);
  expect(isTrue('=', 9007199254740993n, '9007199254740992')).toBe(false);
  expect(isTrue('=', -0.5, '-0.50')).toBe(true);
  expect(isTrue('between', 10n, [10, 20])).toBe(true);
  expect(isTrue('between', 21n, [10, 20])).toBe(false);
  expect(isTrue('>', 'many', 3)).toBe(false);
});

test('texts, lists and booleans have their own operators', () => {
  expect(isTrue('beginsWith', 'summer-sale', 'summer')).toBe(true);
  expect(isTrue('endsWith', 'summer-sale', 'summer')).toBe(false);
  expect(isTrue('contains', 'summer-sale', 'mer')).toBe(true);
  expect(isTrue('contains', ['vip', 'eu'], 'vip')).toBe(true);
  expect(isTrue('contains', ['vip-old'], 'vip')).toBe(false);
  expect(isTrue('in', 'DE', ['AT', 'DE'])).toBe(true);
  expect(isTrue('=', true, true)).toBe(true);
  expect(isTrue('<', '2026-01-01', '2026-02-01')).toBe(true);
});

test('a missing fact satisfies only the negative operators', () => {
  for (const fact of [null, undefined]) {
    for (const operator of ['=', '<', '<=', '>', '>=', 'contains', 'beginsWith', 'endsWith', 'notNull'] as const) {
      expect(isTrue(operator, fact, '0')).toBe(false);
    }
    expect(isTrue('in', fact, ['0'])).toBe(false);
    expect(isTrue('null', fact)).toBe(true);
    expect(isTrue('!=', fact, '0')).toBe(true);
    expect(isTrue('notIn', fact, ['0'])).toBe(true);
    expect(isTrue('doesNotContain', fact, '0')).toBe(true);
  }
  expect(evaluate(rule('constructor', 'notNull'), {})).toBe(false);
});

test('groups combine, nest and turn round', () => {
  const facts = { amount: 700n, country: 'DE' };
  const dach = group('or', [rule('country', '=', 'DE'), rule('country', '=', 'AT')]);
  expect(evaluate(group('and', [rule('amount', '>=', 500), dach]), facts)).toBe(true);
  expect(evaluate(group('and', [rule('amount', '>=', 500), { ...dach, not: true }]), facts)).toBe(false);
  expect(evaluate(group('and', []), facts)).toBe(true);
  expect(evaluate(group('or', []), facts)).toBe(false);
});

test('a rule says itself in English and names its fields', () => {
  const dach = group('or', [rule('country', '=', 'DE'), rule('country', 'null')]);
  const whole = group('and', [rule('amount', '>=', 500), dach, { ...dach, not: true }, rule('amount', 'between', [1, 9])]);
  expect(describe(whole, fields)).toBe(
    'amount is at least 500 and (the country is "DE" or the country is not given) and not (the country is "DE" or the country is not given) and amount is between 1 and 9',
  );
  expect(fieldsOf(whole)).toEqual(['amount', 'country']);
  expect([describe(group('and', [])), describe(group('or', []))]).toEqual(['always', 'never']);
});

test('each single rule is traced with what was found', () => {
  expect(trace(group('or', [rule('amount', '>=', 500), rule('country', 'in', ['AT'])]), { amount: 700n, country: 'DE' })).toEqual([
    { sentence: 'amount is at least 500', passed: true, found: '700' },
    { sentence: 'country is one of "AT"', passed: false, found: '"DE"' },
  ]);
});

test('mistakes are named with their place', () => {
  const deep = Array.from({ length: 9 }).reduce<RuleGroup>((inner) => group('and', [inner]), group('and', []));
  const mistakes: [Rule | RuleGroup, string, string][] = [
    [rule('password', '=', 'x'), '/field', 'unknown-field'],
    [rule('constructor', '=', 'x'), '/field', 'unknown-field'],
    [rule('attributes.', '=', 'x'), '/field', 'unknown-field'],
    [rule('amount', 'like' as Operator, 'x'), '/operator', 'unknown-operator'],
    [rule('amount', 'contains', 'x'), '/operator', 'operator-not-for-this-field'],
    [rule('amount', '>=', 'many'), '/value', 'value-must-be-a-number'],
    [rule('amount', '=', Number.NaN), '/value', 'value-must-be-a-number'],
    [rule('amount', 'between', [1]), '/value', 'value-must-be-two-bounds'],
    [rule('country', '=', 7), '/value', 'value-must-be-text'],
    [rule('country', 'in', 'DE'), '/value', 'value-must-be-a-list'],
    [rule('vip', '=', 'yes'), '/value', 'value-must-be-true-or-false'],
    [group('xor' as 'or', []), '/combinator', 'unknown-combinator'],
    [group('and', [group('or', [rule('nope', 'null')])]), '/rules/0/rules/0/field', 'unknown-field'],
    [deep, '/rules/0'.repeat(8), 'nested-too-deep'],
  ];
  for (const [wrong, pointer, name] of mistakes) expect(validate(wrong, fields)).toEqual([{ pointer, rule: name }]);
  expect(
    validate(group('and', [rule('attributes.plan', '=', 'pro'), rule('tags', 'contains', 'vip'), rule('amount', '<', '2.5')]), fields),
  ).toEqual([]);
});

test('M-14 a prefix may say which keys it admits, and another one is refused by name', () => {
  expect(validate(rule('metadata.channel', 'in', ['webinar']), fields)).toEqual([]);
  for (const key of ['Channel', 'far_too_long', 'a b', '*'])
    expect(validate(rule(`metadata.${key}`, '=', 'x'), fields)).toEqual([{ pointer: '/field', rule: 'field-key-is-malformed' }]);
  for (const name of ['metadata', 'metadata.', 'metadataX', 'other.*', 'amountX', 'x.metadata.a'])
    expect(validate(rule(name, '=', 'x'), fields)).toEqual([{ pointer: '/field', rule: 'unknown-field' }]);
  expect(validate(rule('metadata.channel', '=', 7), fields)).toEqual([{ pointer: '/value', rule: 'value-must-be-text' }]);
  expect(validate(rule('attributes.*', '=', 'x'), fields)).toEqual([]);
  const names = ['metadata.Channel', 'metadata.channel', 'attributes.X', 'amount', 'other'];
  expect(names.map((name) => hasMalformedKey(name, fields))).toEqual([true, false, false, false, false]);
  const twice: Fields = { 'metadata.*': { type: 'number', keys: /^n/ }, 'metadata.x.*': { type: 'boolean' } };
  expect(validate(rule('metadata.x.y', '=', true), twice)).toEqual([]);
});

test('M-14 a field under a prefix says itself by its own name', () => {
  const asked = rule('metadata.channel', '=', 'webinar');
  expect(describe(asked, fields)).toBe('metadata.channel is "webinar"');
  expect(trace(asked, { 'metadata.channel': 'podcast' })).toEqual([
    { sentence: 'metadata.channel is "webinar"', passed: false, found: '"podcast"' },
  ]);
});
