import { expect, test } from '@jest/globals';
import { defaultTable } from './default-table.js';
import { factsOf } from './facts.js';
import { route as routeBy } from './table.js';

const table = defaultTable({ currency: 'USD', autoApproveUpTo: 50_000n, financeThreshold: 500_000n });
const lowRisk = { status: 'active', riskLevel: 'low' };
const route = (amount: bigint, partner = lowRisk, currency = 'USD', byHand = false) => {
  const around = { brandId: 'brd_1', brandCurrency: 'USD', partner: { ...partner, tags: [] }, flags: {} };
  return routeBy(table, factsOf({ amount, currency, component: 'sale', byHand }, around), '').outcome;
};

test('T-08 auto-approves a low-risk partner up to the threshold, a manager decides above it', () => {
  expect([49_999n, 50_000n, 50_001n].map((amount) => route(amount))).toEqual(['auto', 'auto', 'manager']);
});
test('above the finance threshold finance decides', () => {
  expect([500_000n, 500_001n].map((amount) => route(amount))).toEqual(['manager', 'finance']);
});
test('a partner of higher risk, or not active, is never approved automatically', () => {
  expect(route(1n, { status: 'active', riskLevel: 'medium' })).toBe('manager');
  expect(route(1n, { status: 'active', riskLevel: 'unknown' })).toBe('manager');
  expect(route(1n, { status: 'suspended', riskLevel: 'low' })).toBe('manager');
});
test('money that goes back needs nobody', () => {
  expect(route(-900_000n, { status: 'suspended', riskLevel: 'high' })).toBe('auto');
});
test('what was made by hand is never approved automatically, whatever its amount and sign', () => {
  const byHand = (amount: bigint, currency = 'USD') => route(amount, lowRisk, currency, true);
  expect([1n, -1n, 500_000n, -500_000n].map((amount) => byHand(amount))).toEqual(['manager', 'manager', 'manager', 'manager']);
  expect([500_001n, -500_001n].map((amount) => byHand(amount))).toEqual(['finance', 'finance']);
  expect(byHand(1n, 'JPY')).toBe('finance');
});
test('an amount in another currency is not compared with the limits', () => {
  expect(route(1n, lowRisk, 'JPY')).toBe('finance');
});
