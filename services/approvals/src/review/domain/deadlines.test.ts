import { expect, test } from '@jest/globals';
import { anApproval, approvalCreatedAt as now } from '../../../test/an-approval.js';
import { dueFrom, follow, stageDue } from './approval.js';
import { totalsOf } from './batch.js';
import { enter, hold } from './hold.js';

const routing = { policyVersion: 1, row: 'rest', facts: {}, decideWithinHours: 36 };
const due = new Date('2026-03-02T12:00:00Z');

test('C-07 a stage is due as many hours from now as its row says, and has no deadline where it says none', () => {
  expect(dueFrom(routing, now)).toEqual(due);
  expect(dueFrom({ policyVersion: 1, row: 'rest', facts: {} }, now)).toBeNull();
  expect(dueFrom(null, now)).toBeNull();
  expect(stageDue({ needs: 'nobody' }, [])).toBe('manager');
});

test('FG3 what a hit opens again has its deadline anew; what waited keeps its own', () => {
  const hits = [{ id: 'hit', rule: 'velocity', reportedBy: 'usr' }];
  const early = new Date(0);
  const before = { routing, dueAt: early, escalatedAt: early } as const;
  expect(hold(anApproval({ ...before, status: 'approved' }), hits, now)).toMatchObject({ status: 'held', dueAt: due, escalatedAt: null });
  expect(hold(anApproval({ ...before, status: 'waiting' }), hits, now)).toMatchObject({ status: 'held', dueAt: early, escalatedAt: early });
});

test('what corrects shares a fate that is new to it, and nothing else changes it', () => {
  const correction = anApproval({ followsEntryId: 'ent_0', status: 'held' });
  expect(follow(correction, { status: 'held' }, now)).toBe(correction);
  expect(follow(correction, { status: 'waiting' }, now)).toBe(correction);
  expect(follow(correction, { status: 'rejected' }, now)).toMatchObject({ status: 'rejected', decidedBy: 'automatic', decisions: 1 });
  const lifts = anApproval({ followsEntryId: 'ent_0', amount: 5n, needs: 'nobody', conversionId: 'cnv_2' });
  const hits = [{ id: 'hit', rule: 'velocity', reportedBy: 'usr' }];
  expect(enter(lifts, anApproval({ status: 'rejected' }), hits, now)).toMatchObject({ status: 'rejected' });
  expect(enter(anApproval({ needs: 'nobody' }), undefined, [], now)).toMatchObject({ status: 'approved', decidedBy: 'automatic' });
});

test('T-09 sums of a batch are of what was decided, by currency in order', () => {
  const row = (currency: string, amount: bigint, outcome: 'decided' | 'exception' = 'decided') => ({
    approvalId: 'a',
    outcome,
    code: null,
    amount,
    currency,
    decisions: 1,
  });
  const rows = [row('USD', 2n), row('EUR', 3n), row('GBP', 1n), row('EUR', 4n), row('AUD', 5n, 'exception')];
  expect(totalsOf(rows)).toEqual([
    { currency: 'EUR', amount: 7n },
    { currency: 'GBP', amount: 1n },
    { currency: 'USD', amount: 2n },
  ]);
});
