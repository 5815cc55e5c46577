import { expect, test } from '@jest/globals';
import { type Approval, decide, follow } from './approval.js';

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
  routing: null,
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
