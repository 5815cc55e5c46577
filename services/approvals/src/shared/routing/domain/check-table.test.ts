import { expect, test } from '@jest/globals';
import type { Rule } from '@tributary/rules';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { checkPayoutTable, checkTable } from './check-table.js';
import { defaultTable } from './default-table.js';
import { factsOf } from './facts.js';
import { matches, type RoutingRow, takesNothingOut } from './table.js';

const bounds = {
  brandId: 'brd_1',
  brandCurrency: 'USD',
  statuses: ['active', 'suspended', 'archived'],
  riskLevels: ['low', 'medium', 'high'],
};
const row = (name: string, ...rules: Rule[]): RoutingRow => ({ name, when: { combinator: 'and', rules }, outcome: 'manager' });
const rest: RoutingRow = { name: 'rest', outcome: 'auto' };
const check = (...rows: RoutingRow[]) => checkTable(rows, bounds);
const above = (value: number | string): Rule => ({ field: 'amount', operator: '>', value });

test("a table whose rows all decide something is sound, and so is that of a brand's limits", () => {
  expect(check(row('large', above(500_000)), row('medium', above(50_000)), rest)).toEqual([]);
  expect(check(...defaultTable({ currency: 'USD', autoApproveUpTo: 50_000n, financeThreshold: 500_000n }).rows)).toEqual([]);
});

test('T-07 a gap, and rows that nothing reaches, are named', () => {
  expect(check(row('large', above(500)))).toEqual([{ pointer: '/rows', rule: 'last-row-leaves-a-gap' }]);
  expect(check()).toEqual([{ pointer: '/rows', rule: 'last-row-leaves-a-gap' }]);
  expect(check(row('medium', above(50)), row('large', above(500)), rest)).toEqual([{ pointer: '/rows/1', rule: 'row-is-unreachable' }]);
  expect(check(rest, row('late', above(1)), { name: 'last', outcome: 'auto' })).toEqual([
    { pointer: '/rows/1', rule: 'row-is-unreachable' },
    { pointer: '/rows/2', rule: 'row-is-unreachable' },
  ]);
  const level = (value: string): Rule => ({ field: 'partner.riskLevel', operator: '=', value });
  expect(check(row('a', level('low')), row('b', level('medium')), row('c', level('high')), rest)).toEqual([
    { pointer: '/rows/3', rule: 'row-is-unreachable' },
  ]);
});

test.each<[string, Rule[]]>([
  ['between two whole numbers there is none', [above(5), { field: 'amount', operator: '<', value: 6 }]],
  ['a size is never negative', [{ field: 'size', operator: '<', value: 0 }]],
  [
    'an amount that goes back is none that goes out',
    [
      { field: 'amount', operator: '<', value: 0 },
      { field: 'byHand', operator: '=', value: false },
    ],
  ],
  [
    'who looks back further sees no fewer hits',
    [
      { field: 'flags.7', operator: '>', value: 3 },
      { field: 'flags.30', operator: '<', value: 3 },
    ],
  ],
  ['there is no such risk level', [{ field: 'partner.riskLevel', operator: '=', value: 'none' }]],
])('a row that contradicts itself is unreachable: %s', (_why, rules) => {
  expect(check(row('never', ...rules), rest)).toEqual([{ pointer: '/rows/0', rule: 'row-is-unreachable' }]);
});

test('amounts with fractions of a unit, tags and currencies are told apart', () => {
  const tag = (value: string): Rule => ({ field: 'partner.tags', operator: 'contains', value });
  const fine = [row('a', above('5.5'), { field: 'amount', operator: '<', value: '6.5' }), row('b', tag('x'), tag('y')), row('c', tag('y'))];
  expect(check(...fine, row('d', { field: 'currency', operator: '=', value: 'EUR' }), rest)).toEqual([]);
});

test('conditions that cannot be evaluated, and names given twice, are named', () => {
  expect(check(row('a', { field: 'email', operator: '=', value: 'x' }), rest)).toEqual([
    { pointer: '/rows/0/when/rules/0/field', rule: 'unknown-field' },
  ]);
  expect(check(row('a', { field: 'flags.0', operator: '>', value: 1 }), rest)).toEqual([
    { pointer: '/rows/0/when/rules/0/field', rule: 'field-key-is-malformed' },
  ]);
  expect(check(row('a', { field: 'component', operator: 'beginsWith', value: 's' }), rest)).toEqual([
    { pointer: '/rows/0/when/rules/0/operator', rule: 'operator-not-for-this-field' },
  ]);
  expect(check(row('rest', above(1)), rest, { ...rest, name: takesNothingOut.name })).toEqual([
    { pointer: '/rows/1/name', rule: 'name-taken' },
    { pointer: '/rows/2/name', rule: 'name-taken' },
  ]);
});

test('a table with more cases than can be gone through is refused', () => {
  const tags = Array.from({ length: 9 }, (_, index): Rule => ({ field: 'partner.tags', operator: 'contains', value: `tag-${index}` }));
  expect(check(row('a', ...tags), rest)).toEqual([{ pointer: '/rows', rule: 'too-many-cases-to-check' }]);
  const many = Array.from({ length: 40 }, (_, index) => row(`row-${index}`, above(1000 - index), ...tags.slice(0, 8)));
  expect(check(...many, rest)).toEqual([{ pointer: '/rows', rule: 'too-many-cases-to-check' }]);
});

test('T-07 T-10 a table for payouts: each needs a person, by what is known of a payout', () => {
  const both: RoutingRow = { ...row('large', above(500_000)), outcome: 'manager-and-finance' };
  const all: RoutingRow = { name: 'rest', outcome: 'finance' };
  expect(checkPayoutTable([both, all], bounds)).toEqual([]);
  expect(checkPayoutTable([{ ...both, decideWithinHours: 1 }, rest], bounds)).toEqual([
    { pointer: '/rows/0/decideWithinHours', rule: 'payout-has-no-deadline' },
    { pointer: '/rows/1/outcome', rule: 'payout-needs-a-person' },
  ]);
  expect(checkPayoutTable([row('a', { field: 'byHand', operator: '=', value: true }), all], bounds)).toEqual([
    { pointer: '/rows/0/when/rules/0/field', rule: 'unknown-field' },
  ]);
  expect(checkPayoutTable([row('never', { field: 'amount', operator: '<', value: 1 }), all], bounds)).toEqual([
    { pointer: '/rows/0', rule: 'row-is-unreachable' },
  ]);
});

const aRule = fc.oneof(
  fc.record({ field: fc.constantFrom('size', 'amount'), operator: fc.constantFrom('>', '<', '='), value: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ field: fc.constant('flags.7'), operator: fc.constantFrom('>', '<'), value: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ field: fc.constant('flags.30'), operator: fc.constantFrom('>', '<'), value: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ field: fc.constant('partner.status'), operator: fc.constantFrom('=', '!='), value: fc.constantFrom(...bounds.statuses) }),
  fc.record({
    field: fc.constant('partner.tags'),
    operator: fc.constantFrom('contains', 'doesNotContain'),
    value: fc.constantFrom('x', 'y'),
  }),
) as fc.Arbitrary<Rule>;
const aTable = fc
  .array(fc.tuple(fc.array(aRule, { minLength: 1, maxLength: 3 }), fc.constantFrom('and', 'or'), fc.boolean()), {
    minLength: 1,
    maxLength: 4,
  })
  .map((rows) => [
    ...rows.map(
      ([rules, combinator, not], index) => ({ name: `r${index}`, when: { combinator, rules, not }, outcome: 'manager' }) as RoutingRow,
    ),
    rest,
  ]);

/** Every entry within a small world, by brute force. */
function* everyCase() {
  for (const currency of ['USD', 'EUR'])
    for (let amount = -5n; amount <= 5n; amount += 1n)
      for (const byHand of [true, false])
        for (const status of bounds.statuses)
          for (const tags of [[], ['x'], ['y'], ['x', 'y']])
            for (let recent = 0; recent <= 4; recent += 1)
              for (let all = recent; all <= 4; all += 1)
                yield factsOf(
                  { amount, currency, component: 'sale', byHand },
                  { brandId: 'brd_1', brandCurrency: 'USD', partner: { status, riskLevel: 'low', tags }, flags: { 7: recent, 30: all } },
                );
}
const cases = [...everyCase()];

test('T-07 property: just those rows are called unreachable that no entry reaches', () => {
  fc.assert(
    fc.property(aTable, (rows) => {
      const reached = new Set(cases.map((facts) => [takesNothingOut, ...rows].find((one) => matches(one, facts))?.name));
      const expected = rows.flatMap(({ name }, index) =>
        reached.has(name) ? [] : [{ pointer: `/rows/${index}`, rule: 'row-is-unreachable' }],
      );
      expect(checkTable(rows, bounds)).toEqual(expected);
    }),
    { numRuns: runs(150, 5000) },
  );
});

test('words are compared as wholes: equal, one of several, or there at all', () => {
  const component = (operator: Rule['operator'], value?: Rule['value']): Rule =>
    ({ field: 'component', operator, ...(value === undefined ? {} : { value }) }) as Rule;
  expect(check(row('a', component('in', ['sale', 'lead'])), row('b', component('notIn', ['sale', 'click'])), rest)).toEqual([]);
  expect(check(row('none', component('null')), rest)).toEqual([{ pointer: '/rows/0', rule: 'row-is-unreachable' }]);
  expect(check(row('any', component('notNull')), rest)).toEqual([{ pointer: '/rows/1', rule: 'row-is-unreachable' }]);
});

test('a table is checked up to 400,000 cases times rows', () => {
  const statuses = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);
  const of = (value: string) => row(value, { field: 'partner.status', operator: '=', value });
  const checked = (count: number) => checkTable([of('s0'), of('s1'), rest], { ...bounds, statuses: statuses(count) });
  expect(checked(10_000)).toEqual([]);
  expect(checked(10_001)).toEqual([{ pointer: '/rows', rule: 'too-many-cases-to-check' }]);
});
