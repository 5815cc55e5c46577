import { expect, test } from '@jest/globals';
import { type Approval, decide, follow } from './approval.js';
import { routeEntry } from './route-entry.js';

const policy = { currency: 'USD', autoApproveUpTo: 50_000n, financeThreshold: 500_000n };
const lowRisk = { status: 'active', riskLevel: 'low' } as const;
const route = (amount: bigint, partner: Parameters<typeof routeEntry>[2] = lowRisk, currency = 'USD') =>
  routeEntry({ amount, currency }, policy, partner).needs;

test('T-08 auto-approves a low-risk partner up to the threshold, a manager decides above it', () => {
  expect([49_999n, 50_000n, 50_001n].map((amount) => route(amount))).toEqual(['nobody', 'nobody', 'manager']);
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
  expect(route(-900_000n, { status: 'suspended', riskLevel: 'high' })).toBe('nobody');
});
test('what was made by hand is never approved automatically, whatever its amount and sign', () => {
  const byHand = (amount: bigint, currency = 'USD') => routeEntry({ amount, currency, byHand: true }, policy, lowRisk).needs;
  expect([1n, -1n, 500_000n, -500_000n].map((amount) => byHand(amount))).toEqual(['manager', 'manager', 'manager', 'manager']);
  expect([500_001n, -500_001n].map((amount) => byHand(amount))).toEqual(['finance', 'finance']);
  expect(byHand(1n, 'JPY')).toBe('finance');
});
test('an amount in another currency is not compared with the limits', () => {
  expect(route(1n, lowRisk, 'JPY')).toBe('finance');
});

const now = new Date('2026-03-01T00:00:00Z');
const waiting: Approval = {
  id: 'apr_1',
  entryId: 'ent_1',
  partnerId: 'ptr_1',
  brandId: 'brd_1',
  dealId: 'deal_1',
  conversionId: 'cnv_1',
  amount: 60_000n,
  currency: 'USD',
  status: 'waiting',
  needs: 'manager',
  route: '',
  riskLevel: 'low',
  makerId: 'key_author',
  followsEntryId: null,
  decidedBy: null,
  reason: null,
  createdAt: now,
  decidedAt: null,
  decisions: 0,
};
const manager = { actorId: 'key_manager', mayDecideAboveThreshold: false };

test('a manager approves, and the decision is counted', () => {
  expect(decide(waiting, 'approve', null, manager, now, [])).toEqual({
    accepted: { ...waiting, status: 'approved', decidedBy: 'key_manager', decidedAt: now, decisions: 1 },
  });
});
test('a held one may still be approved', () => {
  const held = decide(waiting, 'hold', 'look at the traffic', manager, now, []);
  expect('accepted' in held && decide(held.accepted, 'approve', null, manager, now, [])).toMatchObject({
    accepted: { status: 'approved', decisions: 2 },
  });
});
test('four-eyes: who wrote the deal does not approve, but may reject', () => {
  const author = { actorId: 'key_author', mayDecideAboveThreshold: true };
  expect(decide(waiting, 'approve', null, author, now, [])).toEqual({ rejected: 'four-eyes' });
  expect(decide(waiting, 'reject', 'was a test', author, now, [])).toMatchObject({ accepted: { status: 'rejected' } });
});
test('above-your-threshold', () => {
  expect(decide({ ...waiting, needs: 'finance' }, 'approve', null, manager, now, [])).toEqual({ rejected: 'above-your-threshold' });
});
test('reason-required', () => {
  expect(decide(waiting, 'hold', null, manager, now, [])).toEqual({ rejected: 'reason-required' });
});
test('approval-already-decided', () => {
  expect(decide({ ...waiting, status: 'rejected' }, 'approve', null, manager, now, [])).toEqual({ rejected: 'approval-already-decided' });
});
test('a reversal shares the fate of what it takes back', () => {
  const reversal: Approval = { ...waiting, id: 'apr_2', needs: 'nobody', amount: -60_000n, followsEntryId: 'ent_1' };
  expect(follow(reversal, { status: 'waiting' }, now)).toBe(reversal);
  expect(follow(reversal, { status: 'rejected' }, now)).toMatchObject({ status: 'rejected', decidedBy: 'automatic', decisions: 1 });
  expect(decide(reversal, 'approve', null, manager, now, [])).toEqual({ rejected: 'approval-follows-original' });
});
