import { expect, test } from '@jest/globals';
import { defaultTable } from './default-table.js';
import { factsOf, lookBackOf, routingFields } from './facts.js';
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

test('T-08 the rows of the limits to the letter', () => {
  expect(table).toMatchObject({ policyVersion: null });
  expect(table.rows.map(({ name, outcome, because }) => [name, outcome, because])).toEqual([
    ['other-currency', 'finance', "{amount} is not in the brand's USD"],
    ['above-finance-threshold', 'finance', '{amount} is above the finance threshold of 5000.00 USD'],
    ['partner-not-active', 'manager', 'The partner is {partner.status}'],
    ['partner-not-low-risk', 'manager', "The partner's risk is {partner.riskLevel}"],
    ['by-hand', 'manager', '{amount} was entered by hand'],
    ['above-automatic-limit', 'manager', '{amount} is above the automatic limit of 500.00 USD'],
    ['within-automatic-limit', 'auto', '{amount} of a low-risk partner is within the automatic limit of 500.00 USD'],
  ]);
});

test('what rows may ask about, each of its type and with a name for people', () => {
  expect(routingFields).toEqual({
    amount: { type: 'number', label: 'the amount' },
    size: { type: 'number', label: 'the amount without its sign' },
    takesOut: { type: 'boolean', label: 'money goes out' },
    currency: { type: 'text', label: 'the currency' },
    inBrandCurrency: { type: 'boolean', label: "it is in the brand's currency" },
    byHand: { type: 'boolean', label: 'it was entered by hand' },
    component: { type: 'text', label: 'the component' },
    brand: { type: 'text', label: 'the brand' },
    'partner.status': { type: 'text', label: "the partner's status" },
    'partner.riskLevel': { type: 'text', label: "the partner's risk" },
    'partner.tags': { type: 'list', label: "the partner's tags" },
    'flags.*': { type: 'number', keys: /^[1-9]\d{0,2}$/ },
  });
  expect(['flags.30', 'flagsx', 'amount'].map(lookBackOf)).toEqual([30, undefined, undefined]);
});

test('T-07 a row that names hours gives them to the routing, another does not', () => {
  const rest = { name: 'rest', outcome: 'manager' as const };
  const facts = factsOf(
    { amount: 1n, currency: 'USD', component: 'sale', byHand: false },
    { brandId: 'b', brandCurrency: 'USD', partner: { ...lowRisk, tags: [] }, flags: {} },
  );
  expect(routeBy({ policyVersion: 2, rows: [{ ...rest, decideWithinHours: 24 }] }, facts, '').routing).toMatchObject({
    decideWithinHours: 24,
  });
  expect(routeBy({ policyVersion: 2, rows: [rest] }, facts, '').routing).not.toHaveProperty('decideWithinHours');
  expect(() => routeBy({ policyVersion: 2, rows: [] }, facts, '')).toThrow('a routing table ends with a row without conditions');
});
