import { expect, test } from '@jest/globals';
import { type Component, type Conversion, type FoldInput, foldConversion, foldMonth, type Terms } from '../src/index.js';
import { aDeal, aRefund, aSale, facts } from './builders.js';
import { activity, aMonth, revshare } from './month-builders.js';

const trade = (quantity: string, rest: Conversion['details'] = {}): Conversion =>
  aSale({ kind: 'trade', amount: null, currency: null, details: { quantity, ...rest } });
const perUnit = (amount: number, rest: Partial<Component> = {}): Terms => ({
  components: [{ on: 'trade', model: 'per-unit', amount, ...rest }],
});
const said = (input: FoldInput) => {
  const { outcome, reason, scopes } = foldConversion(input);
  return [outcome, reason, scopes.map((scope) => (scope.type === 'conversion' ? scope.entitlement : null))];
};
const refused = (...entitlements: (bigint | null)[]) => ['rejected', 'amount-out-of-range', entitlements];

test('C-05 what comes to more than an entry can hold is rejected, to the unit', () => {
  expect(said(facts(trade('1000'), perUnit(1_000_000_000_000)))).toEqual(['commission', null, [1_000_000_000_000_000n]]);
  expect(said(facts(trade('1000.00000001'), perUnit(1_000_000_000_000)))).toEqual(refused(0n));
  expect(said(facts(trade('999999999999'), perUnit(1_000_000_000_000, { subCent: 'accumulate' })))).toEqual(refused(null));
  const { scopes } = foldConversion(facts(trade('2000'), perUnit(1_000_000_000_000)));
  expect(scopes[0]?.explanation.rules.at(-1)).toEqual({
    rule: 'amount-in-range',
    passed: false,
    detail: '2000000000000000 is beyond the 1000000000000000 minor units that an entry can hold',
  });
});

test('C-05 a spread, an exchange and the lines of an order come to no more either; a refund does not bring it back', () => {
  const spread: Terms = { components: [{ on: 'trade', model: 'spread-share', rate: '0.3', spread: { unit: 1_000_000_000_000 } }] };
  expect(said(facts(trade('1', { spread: '1' }), spread))).toEqual(['commission', null, [300_000_000_000n]]);
  expect(said(facts(trade('999999999999', { spread: '999999999999' }), spread))).toEqual(refused(0n));
  const lines = ['A', 'B', 'C'].map((sku) => ({ sku, quantity: 1, amount: 999_000_000_000_000 }));
  const items: Terms = { components: [{ on: 'sale', model: 'line-items', items: { rates: [{ sku: 'A', rate: '0.1' }], otherwise: '1' } }] };
  expect(said(facts(aSale({ details: { lines } }), items))).toEqual(refused(0n));
  const parts = ['A', 'B'].map((sku) => ({ sku, quantity: 1, amount: -600_000_000_000_000 }));
  expect(
    said(facts(aSale({ details: { lines: parts } }), { components: [{ ...items.components[0]!, items: { rates: [], otherwise: '1' } }] })),
  ).toEqual(refused(0n));
  const sale = aSale({ amount: 999_000_000_000_000n });
  const whole: Terms = { components: [{ on: 'sale', model: 'flat-plus-percentage', amount: 1_000_000_000_001, rate: '1' }] };
  expect(said(facts(sale, whole, [aRefund(900_000_000_000_000n)]))).toEqual(refused(0n));
});

const scale: NonNullable<Component['tiers']> = {
  metric: { measure: 'count' },
  reset: 'month',
  scale: 'whole',
  crossing: 'new',
  bounds: 'inclusive',
  retroactive: 'none',
  demotion: 'keep',
  bands: [{ upTo: 1 }, { upTo: null, amount: 1_000_000_000_000 }],
};

test('C-05 a scale is judged by its best band, wherever in its stream the conversion stands', () => {
  const kept = (quantity: string) =>
    foldConversion(facts(trade(quantity), perUnit(1, { tiers: scale }))).records.map(({ whole, weights }) => [whole.units, ...weights]);
  expect(kept('999')).toEqual([['999', '1']]);
  expect(kept('1001')).toEqual([['0', '0']]);
  expect(said(facts(trade('1001'), perUnit(1, { tiers: scale })))).toEqual(refused(0n));
  const factor: Component['tiers'] = { ...scale, bands: [{ upTo: 1 }, { upTo: null, factor: '1000', fixed: 1 }] };
  expect(said(facts(trade('999999999999'), perUnit(1, { tiers: factor })))[1]).not.toBe('amount-out-of-range');
  expect(said(facts(trade('999999999999.9999'), perUnit(1, { tiers: factor })))).toEqual(refused(0n));
});

test('C-05 the best band is the one that makes most of it, wherever it stands: by what it names, by what the component pays, times its factor', () => {
  const by = (component: Component, ...bands: NonNullable<Component['tiers']>['bands']) => {
    const amount = 600_000_000_000_000n;
    const lines = [{ sku: 'A', quantity: 1, amount: Number(amount) }];
    return said(facts(aSale({ amount, details: { lines } }), { components: [{ ...component, tiers: { ...scale, bands } }] }))[1];
  };
  const percentage: Component = { on: 'sale', model: 'percentage', rate: '0.1' };
  const items: Component = { on: 'sale', model: 'line-items', items: { rates: [], otherwise: '1' } };
  expect(by(percentage, { upTo: 1, rate: '2' }, { upTo: null, rate: '0.2' })).toBe('amount-out-of-range');
  expect(by(percentage, { upTo: 1 }, { upTo: null, rate: '1', factor: '1.5' })).not.toBe('amount-out-of-range');
  expect(by(percentage, { upTo: 1 }, { upTo: null, rate: '1', factor: '2' })).toBe('amount-out-of-range');
  expect(by(percentage, { upTo: 1 }, { upTo: null, factor: '16' })).not.toBe('amount-out-of-range');
  expect(by(percentage, { upTo: 1 }, { upTo: null, factor: '17' })).toBe('amount-out-of-range');
  expect(by(items, { upTo: 1 }, { upTo: null, factor: '1.5' })).not.toBe('amount-out-of-range');
  expect(by(items, { upTo: 1 }, { upTo: null, factor: '2' })).toBe('amount-out-of-range');
});

test('C-05 M-10 a scale is judged by what a band that is reached makes of lines below it too', () => {
  const by = (component: Component, ...bands: NonNullable<Component['tiers']>['bands']) =>
    said(
      facts(aSale({ amount: 600_000_000_000_000n }), { components: [{ ...component, tiers: { ...scale, retroactive: 'all', bands } }] }),
    )[1];
  const percentage: Component = { on: 'sale', model: 'percentage', rate: '0.1' };
  const both: Component = { on: 'sale', model: 'flat-plus-percentage', rate: '1', amount: 1 };
  const far = 'amount-out-of-range';
  expect(by(percentage, { upTo: 1 }, { upTo: null, back: { factor: '16' } })).not.toBe(far);
  expect(by(percentage, { upTo: 1 }, { upTo: null, back: { factor: '17' } })).toBe(far);
  expect(by(percentage, { upTo: 1, rate: '0.2' }, { upTo: 2 }, { upTo: null, back: { factor: '8' } })).not.toBe(far);
  expect(by(percentage, { upTo: 1, rate: '0.2' }, { upTo: 2 }, { upTo: null, back: { factor: '9' } })).toBe(far);
  // Neither the band itself nor one above it stands before it.
  expect(by(percentage, { upTo: 1 }, { upTo: 2, rate: '0.2', back: { factor: '9' } }, { upTo: null, rate: '0.3' })).not.toBe(far);
  expect(by(percentage, { upTo: 1 }, { upTo: null, back: { rate: '2' } })).toBe(far);
  expect(by(both, { upTo: 1 }, { upTo: null, back: { add: 399_999_999_999_999 } })).not.toBe(far);
  expect(by(both, { upTo: 1 }, { upTo: null, back: { add: 400_000_000_000_000 } })).toBe(far);
  expect(by(both, { upTo: 1 }, { upTo: null, back: { amount: 400_000_000_000_001 } })).toBe(far);
  expect(by(both, { upTo: 1, amount: 400_000_000_000_000, rate: '0' }, { upTo: null, back: { rate: '1' } })).not.toBe(far);
  expect(by(both, { upTo: 1, amount: 400_000_000_000_001, rate: '0' }, { upTo: null, back: { rate: '1' } })).toBe(far);
});

test('C-05 a share of many commissions, and of a month, is bounded too', () => {
  const own = [1, 2].map((index): Component => ({ on: 'sale', name: `s${index}`, model: 'percentage', rate: '1' }));
  const above: Component = {
    on: 'sale',
    model: 'percentage',
    rate: '1',
    qualify: { minAmount: 1 },
    downline: { levels: ['1'], of: 'commission', funding: 'on-top' },
  };
  const sale = aSale({ amount: 999_000_000_000_000n });
  const versions = [aDeal({ components: own }), aDeal({ components: [above] }, { dealId: 'deal_b', partnerId: 'ptr_b' })];
  const uplines = [{ partnerId: 'ptr_b', tier: null, since: '2026-01-01T00:00:00.000Z' }];
  const circumstances = { partner: { tags: [], tier: null }, uplines, customer: null, touches: [], rates: [] };
  const { outcome, scopes } = foldConversion({ ...facts(sale, { components: own }), versions, circumstances });
  expect([outcome, scopes.map(({ reason }) => reason)]).toEqual(['commission', [null, null, 'amount-out-of-range']]);
  expect(scopes[2]?.explanation.rules.slice(-2)).toEqual([
    { rule: 'minimum-amount', passed: true, detail: '999000000000000 is at least 1' },
    {
      rule: 'amount-in-range',
      passed: false,
      detail: '1998000000000000 is beyond the 1000000000000000 minor units that an entry can hold',
    },
  ]);

  const month = foldMonth(
    aMonth({ components: [revshare({ rate: '1' })] }, { facts: [activity(999_000_000_000_000), activity(999_000_000_000_000)] }),
  );
  expect(month.components[0]?.entitlement).toBe(0n);
  expect(month.components[0]?.statement.steps.at(-1)).toMatchObject({ step: 'amount-in-range', value: '0' });
});
