import { expect, test } from '@jest/globals';
import type { Component, Details } from '../../src/index.js';
import { world } from '../world.js';

const earned = (component: Partial<Component>, details: Details, amount: number | null = null): number | undefined => {
  const told = world();
  told.deal('a', [{ on: 'trade', model: 'flat', ...component }]);
  return told.earns(told.event({ kind: 'trade', amount, details }))['a'];
};

test('M-01 0.25 for each valid click', () => {
  const told = world();
  told.deal('a', [{ on: 'click', model: 'flat', amount: 25 }]);
  for (let count = 0; count < 4; count += 1) told.event({ kind: 'click' });
  expect(told.total('a')).toBe(100);
});

test('M-01 M-16 one click of a visitor a day is paid', () => {
  const told = world();
  told.deal('a', [{ on: 'click', model: 'flat', amount: 25, caps: [{ measure: 'conversions', limit: 1, per: 'day', of: 'customer' }] }]);
  for (let count = 0; count < 4; count += 1) told.event({ kind: 'click', customerId: 'v' });
  told.event({ kind: 'click', customerId: 'w' });
  expect(told.amounts('a')).toEqual([25, 0, 0, 0, 25]);
});

test('M-13 a discount of 10.00 on lines of 60.00 and 30.00 is shared 6.67 and 3.33', () => {
  const rates = [
    { sku: 'a', rate: '0.10' },
    { category: 'books', rate: '0.20' },
  ];
  const told = world();
  told.deal('a', [{ on: 'sale', model: 'line-items', items: { rates, otherwise: '1' } }]);
  const lines = [
    { sku: 'a', quantity: 1, amount: 6_000 },
    { sku: 'b', category: 'books', quantity: 1, amount: 3_000 },
  ];
  const sale = told.event({ amount: 8_000, details: { lines, discount: 1_000 } });
  const { steps } = told.result(sale).scopes[0]!.explanation;
  expect(steps.slice(0, 2).map(({ formula }) => formula)).toEqual(['(6000 - 667) x 0.10', '(3000 - 333) x 0.20']);
  expect(told.earns(sale)).toEqual({ a: 1_067 });
  told.refund(sale, 4_000);
  expect(told.earns(sale)).toEqual({ a: 533 });
});

test('M-13 lines at no rate are named so, and a fixed amount of a scale makes a commission of them', () => {
  const free: Component = { on: 'sale', model: 'line-items', items: { rates: [{ sku: 'a', rate: '0' }] } };
  const bands = [{ upTo: 1, fixed: 500 }, { upTo: null }];
  const scaled: Component = { ...free, tiers: { metric: { measure: 'count' }, reset: 'month', scale: 'whole', bands } };
  const resultOf = (component: Component, amount: number) => {
    const told = world();
    told.deal('a', [component]);
    const { outcome, reason } = told.result(told.event({ amount, details: { lines: [{ sku: 'a', quantity: 1, amount }] } }));
    return [outcome, reason];
  };
  expect(resultOf(free, 5_000)).toEqual(['zero-commission', 'rate-is-zero']);
  expect(resultOf(free, 0)).toEqual(['zero-commission', 'amount-is-zero']);
  expect(resultOf(scaled, 5_000)).toEqual(['commission', null]);
});

const spread = (rest: Partial<NonNullable<Component['spread']>> = {}): Partial<Component> => ({
  model: 'spread-share',
  rate: '0.30',
  spread: { unit: 100, ...rest },
});

test('WE-36 M-19 five lots at a spread of 13.6 and 30 %, also in a spike', () => {
  expect(earned(spread({ reduceAbove: '1.5' }), { quantity: '5', spread: '13.6', averageSpread: '13.6' })).toBe(2_040);
  expect(earned(spread({ reduceAbove: '1.5' }), { quantity: '5', spread: '27.2', averageSpread: '13.6' })).toBe(2_040);
  expect(earned(spread(), { quantity: '5', spread: '27.2', averageSpread: '13.6' })).toBe(4_080);
});

test('WE-37 M-19 no more than 35 points of spread count: at 34.9, 35 and 35.1', () => {
  const at = (points: string) => earned(spread({ maximum: '35' }), { quantity: '1', spread: points });
  expect(['34.9', '35', '35.1'].map(at)).toEqual([1_047, 1_050, 1_050]);
});

test('WE-38 M-20 rebates by the lot: 0.10, 0.01, and ten of 0.001 accrue 0.01', () => {
  const perLot: Partial<Component> = { model: 'per-unit', amount: 10 };
  expect([earned(perLot, { quantity: '1' }), earned(perLot, { quantity: '0.10' }), earned(perLot, { quantity: '0.01' })]).toEqual([
    10, 1, 0,
  ]);
  const told = world();
  told.deal('a', [{ on: 'trade', model: 'per-unit', amount: 10, subCent: 'accumulate' }]);
  for (let count = 0; count < 10; count += 1) told.event({ kind: 'trade', details: { quantity: '0.01' } });
  expect(told.total('a')).toBe(1);
});

test('WE-38 2.21686540 is kept exactly and paid 2.22', () => {
  const told = world();
  told.deal('a', [{ on: 'trade', model: 'per-unit', amount: '221.68654' }]);
  const trade = told.event({ kind: 'trade', details: { quantity: '1' } });
  expect(told.result(trade).scopes[0]).toMatchObject({ entitlement: 222n, exact: '11084327/50000' });
});

test('M-21 five rebates of 0.004 together are 0.02', () => {
  const told = world();
  told.deal('a', [{ on: 'trade', model: 'flat', amount: '0.4', subCent: 'accumulate' }]);
  for (let count = 0; count < 5; count += 1) told.event({ kind: 'trade' });
  expect(told.total('a')).toBe(2);
});

test('WE-67 M-20 58 records of 76.8 milli-cents: 4 cents, also in a stream with a scale; rounded each, none', () => {
  const by = (rest: Partial<Component>) => {
    const told = world();
    told.deal('a', [{ on: 'minute', model: 'flat', amount: '0.0768', ...rest }]);
    for (let minute = 0; minute < 58; minute += 1) told.event({ kind: 'minute' });
    return told.total('a');
  };
  const tiers: Component['tiers'] = { metric: { measure: 'count' }, reset: 'month', scale: 'marginal', bands: [{ upTo: 10 }, {}] };
  const rolling: Component['tiers'] = { ...tiers, reset: { rollingDays: 30 }, scale: 'whole' };
  expect([by({}), by({ subCent: 'accumulate' })]).toEqual([0, 4]);
  expect([by({ subCent: 'accumulate', tiers }), by({ subCent: 'accumulate', tiers: rolling })]).toEqual([4, 4]);
});

test('T-43 15 % of a challenge of 500.00 is 75.00, and its refund takes 75.00 back', () => {
  const told = world();
  told.deal('a', [{ on: 'challenge', model: 'percentage', rate: '0.15' }]);
  const fee = told.event({ kind: 'challenge', amount: 50_000 });
  expect(told.total('a')).toBe(7_500);
  told.refund(fee, 50_000);
  expect(told.total('a')).toBe(0);
  expect(told.result(fee).refunds[0]).toMatchObject({ outcome: 'reversal', applied: 50_000n });
});

test('T-44 15, 10 and 5 % for the first, second and third challenge, then the last rate or nothing', () => {
  const by = (beyond: 'last' | 'nothing') => {
    const told = world();
    told.deal('a', [{ on: 'challenge', model: 'percentage', rate: '0', byOrdinal: { rates: ['0.15', '0.10', '0.05'], beyond } }]);
    for (const day of [4, 2, 3, 1]) told.event({ kind: 'challenge', customerId: 'x', at: `03-0${day}`, amount: 10_000 });
    return told.amounts('a');
  };
  expect([by('last'), by('nothing')]).toEqual([
    [500, 1_000, 500, 1_500],
    [0, 1_000, 500, 1_500],
  ]);
});

test('M-23 a bounty and its hold are terms of a deal of their own', () => {
  const told = world();
  told.deal('a', [{ on: 'sale', model: 'percentage', rate: '0.1' }]);
  told.deal(
    'a',
    { components: [{ on: 'bounty', model: 'flat', amount: 10_000 }], holdDays: 0 },
    { dealId: 'bounties', programId: 'prg_b' },
  );
  const bounty = told.event({ kind: 'bounty', programId: 'prg_b' });
  expect(told.result(bounty)).toMatchObject({ outcome: 'commission', deal: { dealId: 'bounties' } });
});
