import { expect, test } from '@jest/globals';
import type { Rule } from '@tributary/rules';
import { casesOf, countOf, dimensionsOf } from './cases.js';
import { payoutRoutingFields } from './facts.js';
import type { RoutingRow } from './table.js';

const bounds = {
  brandId: 'brd_1',
  brandCurrency: 'USD',
  statuses: ['active', 'suspended', 'archived'],
  riskLevels: ['low', 'medium', 'high'],
};
const dimensions = (...rules: Rule[]) => dimensionsOf([{ name: 'a', when: { combinator: 'and', rules }, outcome: 'manager' }], bounds);
const amountsOf = (...rules: Rule[]) => dimensions(...rules)?.money.flatMap(({ amount, currency }) => (currency === 'USD' ? [amount] : []));

test('T-07 what no row asks about is there once: of money both directions, in the currency of the brand and in another', () => {
  const rest: RoutingRow = { name: 'rest', outcome: 'manager' };
  expect(dimensionsOf([rest], bounds)).toEqual({
    money: [...[-1n, 0n, 1n].map((amount) => ({ amount, currency: 'USD' })), ...[-1n, 1n].map((amount) => ({ amount, currency: 'XXX' }))],
    byHand: [false, true],
    components: ['some other component'],
    statuses: ['active'],
    riskLevels: ['low'],
    tags: [[]],
    flags: [{}],
  });
});

test('T-07 what rows ask about is there as they name it, and once as none names it', () => {
  const found = dimensions(
    { field: 'currency', operator: 'in', value: ['USD', 'EUR'] },
    { field: 'component', operator: '=', value: 'lead' },
    { field: 'partner.status', operator: '=', value: 'active' },
    { field: 'partner.riskLevel', operator: '=', value: 'low' },
    { field: 'partner.tags', operator: 'contains', value: 'x' },
    { field: 'partner.tags', operator: 'contains', value: 'y' },
  );
  expect(found?.money.map(({ currency }) => currency)).toEqual(['USD', 'USD', 'USD', 'EUR', 'EUR', 'XXX', 'XXX']);
  expect(found).toMatchObject({
    components: ['lead', 'some other component'],
    statuses: bounds.statuses,
    riskLevels: bounds.riskLevels,
    tags: [[], ['x'], ['y'], ['x', 'y']],
  });
});

test('T-07 amounts are told apart at each that is named, beside it and in each gap; a size on both sides of nought', () => {
  expect(amountsOf({ field: 'amount', operator: '>', value: '5.5' }, { field: 'amount', operator: '>', value: -3 })).toEqual(
    [-4, -3, -2, 0, 1, 5, 6, 7].map(BigInt),
  );
  expect(amountsOf({ field: 'size', operator: '>', value: '2.5' })).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4].map(BigInt));
  expect(amountsOf({ field: 'amount', operator: '>', value: '7.0' })).toEqual([-1, 0, 1, 7, 8].map(BigInt));
  expect(amountsOf({ field: 'amount', operator: 'null' })).toEqual([-1n, 0n, 1n]);
});

test('T-07 who looks back further sees no fewer hits, in whatever order rows name the days', () => {
  const flags = dimensions({ field: 'flags.30', operator: '>', value: 1 }, { field: 'flags.7', operator: '>', value: 0 })?.flags;
  expect(flags).toEqual([
    { 7: 0, 30: 0 },
    { 7: 0, 30: 1 },
    { 7: 0, 30: 2 },
    { 7: 1, 30: 1 },
    { 7: 1, 30: 2 },
    { 7: 2, 30: 2 },
  ]);
});

test('T-07 each combination is gone through once; of more than eight tags none', () => {
  const tags = (count: number) =>
    Array.from({ length: count }, (_, index): Rule => ({ field: 'partner.tags', operator: 'contains', value: `tag-${index}` }));
  const found = dimensions(...tags(3), { field: 'flags.30', operator: '>', value: 1 });
  if (!found) throw new Error('too many tags');
  expect([...casesOf(found, bounds)]).toHaveLength(countOf(found));
  expect(dimensions(...tags(8))?.tags).toHaveLength(256);
  expect(dimensions(...tags(9))).toBeUndefined();
});

test('T-07 what a table for payouts may ask about', () => {
  expect(Object.entries(payoutRoutingFields).map(([name, { type }]) => [name, type])).toEqual([
    ['amount', 'number'],
    ['currency', 'text'],
    ['inBrandCurrency', 'boolean'],
    ['brand', 'text'],
    ['partner.riskLevel', 'text'],
    ['partner.tags', 'list'],
  ]);
});
