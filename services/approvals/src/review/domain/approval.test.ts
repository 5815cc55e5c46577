import { expect, test } from '@jest/globals';
import { anApproval, approvalCreatedAt as now } from '../../../test/an-approval.js';
import { type Approval, decide, follow } from './approval.js';

const waiting = anApproval();
/** Nothing is decided yet. */
const fresh = { contentHash: 'a'.repeat(64), passed: [] };
const manager = { actorId: 'key_manager', mayDecideAboveThreshold: false };

test('a manager approves, and the decision is counted', () => {
  expect(decide(waiting, { verdict: 'approve', reason: null }, manager, now, [], fresh)).toEqual({
    accepted: { ...waiting, status: 'approved', decidedBy: 'key_manager', decidedAt: now, decisions: 1 },
  });
});
test('a held one may still be approved', () => {
  const held = decide(waiting, { verdict: 'hold', reason: 'look at the traffic' }, manager, now, [], fresh);
  expect('accepted' in held && decide(held.accepted, { verdict: 'approve', reason: null }, manager, now, [], fresh)).toMatchObject({
    accepted: { status: 'approved', decisions: 2 },
  });
});
test('four-eyes: who wrote the deal does not approve, but may reject', () => {
  const author = { actorId: 'key_author', mayDecideAboveThreshold: true };
  expect(decide(waiting, { verdict: 'approve', reason: null }, author, now, [], fresh)).toEqual({ rejected: 'four-eyes' });
  expect(decide(waiting, { verdict: 'reject', reason: 'was a test' }, author, now, [], fresh)).toMatchObject({
    accepted: { status: 'rejected' },
  });
});
test('above-your-threshold', () => {
  expect(decide({ ...waiting, needs: 'finance' }, { verdict: 'approve', reason: null }, manager, now, [], fresh)).toEqual({
    rejected: 'above-your-threshold',
  });
});
test('reason-required', () => {
  expect(decide(waiting, { verdict: 'hold', reason: null }, manager, now, [], fresh)).toEqual({ rejected: 'reason-required' });
});
test('approval-already-decided', () => {
  expect(decide({ ...waiting, status: 'rejected' }, { verdict: 'approve', reason: null }, manager, now, [], fresh)).toEqual({
    rejected: 'approval-already-decided',
  });
});
test('a reversal shares the fate of what it takes back', () => {
  const reversal: Approval = { ...waiting, id: 'apr_2', needs: 'nobody', amount: -60_000n, followsEntryId: 'ent_1' };
  expect(follow(reversal, { status: 'waiting' }, now)).toBe(reversal);
  expect(follow(reversal, { status: 'rejected' }, now)).toMatchObject({ status: 'rejected', decidedBy: 'automatic', decisions: 1 });
  expect(decide(reversal, { verdict: 'approve', reason: null }, manager, now, [], fresh)).toEqual({
    rejected: 'approval-follows-original',
  });
});
