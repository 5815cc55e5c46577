import { test } from '@jest/globals';
import type { Alternative, Component, Terms } from '../../src/index.js';
import { type World, world } from '../world.js';
import { expectAsKept, told } from './shown.js';

const sale = (rest: Partial<Component> = {}): Component => ({ on: 'sale', model: 'percentage', rate: '0.10', ...rest });
const flat = (amount: number | string, rest: Partial<Component> = {}): Component => ({ on: 'sale', model: 'flat', amount, ...rest });
const both = (rest: Partial<Component> = {}): Component => sale({ model: 'flat-plus-percentage', amount: 25, ...rest });
const by = (terms: Terms | Component[]): World => {
  const made = world();
  made.deal('a', terms);
  return made;
};

test('P-18 M-25 refunds in whole explanations: parts, all, too much, nothing, another currency', () => {
  const made = by([
    sale(),
    both({ name: 'kept', onRefund: 'never' }),
    flat(500, { name: 'least', qualify: { minAmount: 6_000 } }),
    flat('0.7', { name: 'fine', subCent: 'accumulate' }),
  ]);
  const first = made.event({ amount: 10_000 });
  made.refund(first, 1_000);
  made.refund(first, 4_000, { kind: 'chargeback' });
  made.refund(first, 0);
  made.refund(first, -1);
  made.refund(first, 100, { currency: 'USD' });
  made.refund(first, 9_000, { at: '06-02' });
  made.refund(first, 1, { at: '06-03' });
  const second = made.event({ amount: 9_999 });
  made.refund(second, 3_333);
  made.refund(made.event({ amount: 9_000 }), 4_000);
  const third = made.event({ amount: 5_000 });
  made.refund(third);
  const moneyless = made.event();
  made.refund(moneyless);
  made.refund(made.event({ amount: 0 }), 100);
  made.refund(made.event({ amount: 7_000 }), 7_001);
  made.refund(made.event({ amount: 7_000, partnerId: null }), 7_001);
  made.refund(made.event({ amount: 7_000, partnerId: null }), 1, { currency: 'USD' });
  made.event({ amount: -5 });
  made.event({ amount: 5, originalConversionId: 'elsewhere' });
  made.event({ amount: 5, kind: 'other' });
  made.event({ amount: 5, partnerId: 'nobody' });
  expectAsKept('refunds', told(made));
});

test('M-25 in whole explanations: a refund that changes no commission, and one of an event that earned none', () => {
  const made = by([flat(500)]);
  made.refund(made.event({ amount: 10_000 }), 1_000);
  made.refund(made.event({ kind: 'visit', amount: 10_000 }), 1_000);
  made.refund(made.event({ kind: 'visit', amount: 10_000 }));
  expectAsKept('refunds-of-nothing', told(made));
});

test('M-01 M-13 M-19 models in whole explanations', () => {
  const made = by([
    sale(),
    flat(500),
    both(),
    sale({ rate: '0', name: 'nought' }),
    flat(0, { name: 'none' }),
    flat('0.4', { name: 'tiny' }),
    { on: 'trade', model: 'per-unit', amount: 800 },
    { on: 'trade', model: 'spread-share', rate: '0.30', spread: { unit: 100 } },
    { on: 'trade', model: 'spread-share', rate: '0.30', name: 'bounded', spread: { unit: 100, maximum: '35', reduceAbove: '1.5' } },
    {
      on: 'order',
      model: 'line-items',
      items: {
        rates: [
          { sku: 'a', rate: '0.10' },
          { category: 'books', rate: '0.20' },
          { product: 'p', sku: 'q', rate: '0.5' },
          { product: 'p', rate: '0.3' },
        ],
      },
    },
    { on: 'player-activity', model: 'revshare', rate: '0.3', carryover: { policy: 'component' } },
    { on: 'sale', model: 'retainer', amount: 100 },
  ]);
  made.event({ amount: 10_050 });
  made.event();
  made.event({ amount: 0 });
  made.event({ kind: 'player-activity', amount: 10 });
  for (const details of [
    { quantity: '2.5', spread: '13.6', averageSpread: '13.6' },
    { quantity: '1', spread: '20.4', averageSpread: '13.6' },
    { quantity: '1', spread: '27.2', averageSpread: '13.6' },
    { quantity: '1', spread: '70', averageSpread: '13.6' },
    { quantity: '1', spread: '35' },
    { quantity: '1' },
    { spread: '1' },
    {},
  ])
    made.event({ kind: 'trade', details });
  const line = (sku: string, amount: number, category?: string) => ({ sku, quantity: 1, amount, ...(category ? { category } : {}) });
  const lines = [line('a', 6_000), line('b', 3_000, 'books'), line('c', 1_001)];
  made.event({ kind: 'order', amount: 9_001, details: { lines, discount: 1_000 } });
  made.refund(made.event({ kind: 'order', amount: 10_001, details: { lines, category: 'books', product: 'p' } }), 5_000);
  made.event({ kind: 'order', amount: 10_001, details: { lines: [line('q', 100), line('r', 50)], product: 'p' } });
  made.event({ kind: 'order', amount: 0, details: { lines: [line('a', 0), line('b', 0, 'books')], discount: 3 } });
  made.event({ kind: 'order', amount: 10_001, details: { lines: [] } });
  made.event({ kind: 'order', amount: 10_001 });
  expectAsKept('models', told(made));
});

const ask = (field: string, operator: string, value: string | number): Alternative['when'] =>
  ({ combinator: 'and', rules: [{ field, operator, value }] }) as Alternative['when'];
const facts: readonly (readonly [field: string, value: string | number])[] = [
  ['kind', 'sale'],
  ['amount', 10_000],
  ['currency', 'EUR'],
  ['programId', 'prg_a'],
  ['quantity', 3],
  ['product', 'p'],
  ['sku', 's'],
  ['category', 'c'],
  ['plan', 'pro'],
  ['symbol', 'EURUSD'],
  ['licence', 'MGA'],
  ['country', 'FR'],
  ['partner.tier', 'gold'],
  ['customer.country', 'MT'],
  ['customer.ordinal', 2],
  ['customer.ageMonths', 1],
];

test('M-14 P-08 what rules may ask, each with what was found, in whole explanations', () => {
  const rules = [
    ...facts.map(([field, value]) => ({ field, operator: '=', value })),
    { field: 'partner.tags', operator: 'contains', value: 'pro' },
    { field: 'customer.tags', operator: 'contains', value: 'vip' },
  ];
  const made = by([flat(100, { qualify: { rule: { combinator: 'and', rules } as Alternative['when'] } })]);
  made.tag('a', 'pro');
  made.tier('a', 'gold');
  made.customer('x', { country: 'MT', tags: [{ tag: 'vip', effectiveFrom: '2026-01-01T00:00:00.000Z', effectiveTo: null }] });
  const details = { quantity: '3', product: 'p', sku: 's', category: 'c', plan: 'pro', symbol: 'EURUSD', licence: 'MGA' };
  made.event({ at: '02-15', amount: 1, customerId: 'x' });
  made.event({ amount: 10_000, customerId: 'x', details: { ...details, country: 'FR' } });
  made.event({ amount: 10_000, customerId: 'x', details });
  made.event({ amount: 10_000, customerId: 'y', details: { ...details, country: 'FR' } });
  made.event({ amount: 10_000, customerId: 'z' });
  made.event();
  expectAsKept('rules', told(made));
});

test('M-12 M-14 M-15 T-44 the rate picked, in whole explanations: ordinal, duration, alternatives', () => {
  const alternatives: Alternative[] = [
    { name: 'large', priority: 2, when: ask('amount', '>', 5_000), rate: '0.2', amount: 7 },
    { name: 'euros', priority: 1, when: ask('currency', '=', 'EUR'), rate: '0.3' },
    { name: 'also-euros', priority: 1, when: ask('currency', '=', 'EUR'), amount: 9 },
  ];
  const made = by([
    sale({ byOrdinal: { rates: ['0.15', '0.05'], beyond: 'last' } }),
    sale({ byOrdinal: { rates: ['0.15', '0.05'], beyond: 'nothing' }, name: 'ends' }),
    sale({ duration: { months: 1, from: 'customer-first' }, name: 'month' }),
    both({ duration: { months: 1, from: 'customer-first', afterwards: { rate: '0.01' } }, name: 'rate-after' }),
    both({ duration: { months: 1, from: 'customer-first', afterwards: { amount: 1 } }, name: 'amount-after', alternatives }),
    sale({ byOrdinal: { rates: [], beyond: 'last' }, name: 'no-ordinals', alternatives }),
    flat(100, { duration: { months: 1, from: 'recruited' }, name: 'recruited' }),
  ]);
  made.event({ at: '03-01', amount: 10_000, customerId: 'x' });
  made.event({ at: '2026-04-01T11:59:59.999Z', amount: 5_000, customerId: 'x' });
  made.event({ at: '2026-04-01T12:00:00.000Z', amount: 5_000, currency: 'USD', customerId: 'x' });
  made.event({ amount: 10_000 });
  expectAsKept('picked', told(made));
});

test('M-28 WE-65 exchange in whole explanations: direct, inverse, crossed, with a fee, and none known', () => {
  const made = world();
  const dollars: Terms = {
    components: [both(), flat(5, { on: 'lead', qualify: { minAmount: 10 } })],
    currency: 'USD',
    fxFee: '0.02',
    timeZone: 'Europe/Malta',
  };
  made.deal('a', dollars);
  made.deal('b', [
    sale(),
    both({ name: 'both' }),
    { on: 'trade', model: 'spread-share', rate: '1', spread: { unit: 1 } },
    flat(3, { on: 'lead', qualify: { minAmount: 0 } }),
  ]);
  made.fx('EUR', 'USD', '2026-03-15', '1.25');
  made.fx('JPY', 'EUR', '2026-03-14', '0.005');
  made.fx('GBP', 'EUR', '2026-03-16', '1.1');
  for (const [partnerId, currency] of [
    ['a', 'EUR'],
    ['a', 'USD'],
    ['a', 'JPY'],
    ['a', 'GBP'],
    ['b', 'JPY'],
    ['b', 'EUR'],
  ] as const)
    made.event({ partnerId, currency, amount: 1_001 });
  made.event({ partnerId: 'a', currency: 'GBP', amount: 1_001, at: '2026-03-15T23:30:00.000Z' });
  made.event({ partnerId: 'a' });
  made.event({ partnerId: 'b' });
  for (const partnerId of ['a', 'b']) made.event({ partnerId, kind: 'lead', currency: 'GBP', amount: 1_001 });
  made.event({ partnerId: 'b', kind: 'trade', currency: 'CHF', amount: 5, details: { quantity: '2', spread: '3' } });
  expectAsKept('exchange', told(made));
});

test('WE-44 WE-46 M-25 what is shared, in whole explanations', () => {
  const named: Component['split'] = {
    by: 'named',
    shares: [
      { partnerId: 'a', share: '0.7' },
      { partnerId: 'z/1', share: '0.3' },
    ],
  };
  const made = by([
    flat(5, { split: named }),
    sale({ split: { by: 'touches', first: '0.25', last: '0.50', rest: 'equal' } }),
    flat(1, {
      split: {
        by: 'named',
        shares: [
          { partnerId: 'b', share: '0.01' },
          { partnerId: 'a', share: '0.99' },
        ],
      },
      name: 'one',
    }),
    sale({ split: named, subCent: 'accumulate', name: 'running' }),
    sale({ split: named, qualify: { minAmount: 1_000_000 }, name: 'refused' }),
  ]);
  const touched = made.event({ amount: 10_001 });
  made.touched(touched, ['x', 'a', 'y', 'x']);
  made.touched(made.event({ amount: 3 }), ['y']);
  made.refund(made.event({ amount: 100 }), 50);
  expectAsKept('split', told(made));
});
