import { expect, test } from '@jest/globals';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { defaultPayoutTable, type PayoutTable, type RoutedPayout, routePayout, stagesOf } from './route-payout.js';

const payout: RoutedPayout = { brandId: 'brd_1', amount: 1n, currency: 'USD', brandCurrency: 'USD', riskLevel: 'low', tags: [] };
const table = defaultPayoutTable(500_000n);
const outcomes = ['manager', 'finance', 'manager-and-finance'] as const;

test('T-10 above the finance threshold a manager and finance approve; the threshold itself is inside', () => {
  const route = (amount: bigint) => routePayout(table, { ...payout, amount });
  expect([499_999n, 500_000n, 500_001n].map((amount) => route(amount).outcome)).toEqual(['finance', 'finance', 'manager-and-finance']);
  expect(route(500_001n)).toEqual({
    policyVersion: null,
    row: 'above-finance-threshold',
    outcome: 'manager-and-finance',
    facts: { amount: 500_001, inBrandCurrency: true },
  });
});

test('a threshold says nothing of another currency: both approve', () => {
  expect(routePayout(table, { ...payout, currency: 'JPY' })).toMatchObject({ row: 'other-currency', outcome: 'manager-and-finance' });
  const lenient: PayoutTable = { policyVersion: 1, rows: [{ name: 'all', outcome: 'manager' }] };
  expect(routePayout(lenient, payout).outcome).toBe('manager');
  expect(routePayout(lenient, { ...payout, currency: 'JPY' }).outcome).toBe('manager-and-finance');
});

test('T-07 rows ask for risk and tags; a payout is never approved by nobody', () => {
  const rows: PayoutTable['rows'] = [
    {
      name: 'risky',
      when: { combinator: 'and', rules: [{ field: 'partner.riskLevel', operator: '!=', value: 'low' }] },
      outcome: 'manager-and-finance',
    },
    {
      name: 'vip',
      when: { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'vip' }] },
      outcome: 'manager',
    },
    { name: 'rest', outcome: 'auto' },
  ];
  const by = (change: Partial<RoutedPayout>) => routePayout({ policyVersion: 3, rows }, { ...payout, ...change });
  expect(by({ riskLevel: 'medium' })).toMatchObject({ row: 'risky', facts: { 'partner.riskLevel': 'medium' } });
  expect(by({ tags: ['vip', 'x'] })).toEqual({
    policyVersion: 3,
    row: 'vip',
    outcome: 'manager',
    facts: { 'partner.riskLevel': 'low', 'partner.tags': ['vip', 'x'] },
  });
  expect(by({})).toMatchObject({ row: 'rest', outcome: 'finance' });
});

test('T-07 whatever the payout, exactly one row is chosen', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 15n), fc.constantFrom('USD', 'EUR'), fc.bigInt(0n, 10n ** 15n), (amount, currency, threshold) => {
      const own = defaultPayoutTable(threshold);
      const { row, outcome } = routePayout(own, { ...payout, amount, currency });
      expect(own.rows.filter(({ name }) => name === row)).toHaveLength(1);
      expect(outcome === 'finance').toBe(currency === 'USD' && amount <= threshold);
    }),
    { numRuns: runs(200, 5000) },
  );
});

test('a run needs everybody whom one of its payouts needs, a manager before finance', () => {
  expect(stagesOf([])).toEqual(['finance']);
  expect(stagesOf(['manager', 'manager'])).toEqual(['manager']);
  expect(stagesOf(['finance', 'manager'])).toEqual(['manager', 'finance']);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...outcomes), { minLength: 1 }), (all) => {
      const stages = stagesOf(all);
      expect(stages.includes('manager')).toBe(all.some((one) => one !== 'finance'));
      expect(stages.includes('finance')).toBe(all.some((one) => one !== 'manager'));
    }),
  );
});
