import { expect, test } from '@jest/globals';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { anApproval, approvalCreatedAt as now } from '../../../test/an-approval.js';
import { decide, type PassedStage, type RiskHit, stageDue, stagesOf } from './approval.js';

const waiting = anApproval({ amount: 600_000n, needs: 'manager-and-finance' });
const person = (actorId: string, mayDecideAboveThreshold = false) => ({ actorId, mayDecideAboveThreshold });
const approve = { verdict: 'approve', reason: null } as const;
const contentHash = 'a'.repeat(64);
const passedBy = (decidedBy: string): PassedStage => ({ stage: 'manager', decidedBy, onBehalfOf: null, decidedAt: now.toISOString() });

test('T-10 the manager passes the first stage, which does not approve yet; finance approves', () => {
  const first = decide(waiting, approve, person('key_m'), now, [], { contentHash, passed: [] });
  const taken = { decidedBy: 'key_m', reason: null, decidedAt: now };
  expect(first).toEqual({ accepted: { ...waiting, decisions: 1, taken } });
  if (!('accepted' in first)) throw new Error('refused');
  const second = decide(first.accepted, approve, person('key_f', true), now, [], { contentHash, passed: [passedBy('key_m')] });
  expect(second).toEqual({ accepted: { ...waiting, status: 'approved', decidedBy: 'key_f', decidedAt: now, decisions: 2 } });
});

test('T-10 one person cannot decide both stages, a manager not that of finance', () => {
  const standing = { contentHash, passed: [passedBy('key_m')] };
  expect(decide(waiting, approve, person('key_m', true), now, [], standing)).toEqual({ rejected: 'four-eyes' });
  expect(decide(waiting, approve, person('key_other'), now, [], standing)).toEqual({ rejected: 'above-your-threshold' });
  expect([stageDue(waiting, []), stageDue(waiting, [1]), stageDue({ needs: 'finance' }, [])]).toEqual(['manager', 'finance', 'finance']);
  expect(stagesOf('nobody')).toEqual([]);
});

test('four eyes count who decides and in whose name', () => {
  const delegate = { ...person('key_d', true), onBehalfOf: 'key_f' };
  const untouched = { contentHash, passed: [] };
  expect(decide(waiting, approve, { ...delegate, onBehalfOf: 'key_author' }, now, [], untouched)).toEqual({ rejected: 'four-eyes' });
  const first = decide(waiting, approve, delegate, now, [], untouched);
  expect(first).toMatchObject({ accepted: { onBehalfOf: 'key_f', taken: { decidedBy: 'key_d' } } });
  const passed = [{ ...passedBy('key_d'), onBehalfOf: 'key_f' }];
  for (const actorId of ['key_d', 'key_f'])
    expect(decide(waiting, approve, person(actorId, true), now, [], { contentHash, passed })).toEqual({ rejected: 'four-eyes' });
  expect(decide(waiting, approve, { ...person('key_x', true), onBehalfOf: 'key_d' }, now, [], { contentHash, passed })).toEqual({
    rejected: 'four-eyes',
  });
});

test('D-11 what was not seen is not decided', () => {
  const seen = { ...approve, contentHash: 'b'.repeat(64) };
  expect(decide(waiting, seen, person('key_m'), now, [], { contentHash, passed: [] })).toEqual({ rejected: 'approval-content-changed' });
  expect(decide(waiting, { ...seen, contentHash }, person('key_m'), now, [], { contentHash, passed: [] })).toHaveProperty('accepted');
});

const people = ['key_author', 'key_desk', 'key_1', 'key_2', 'key_3'];
const aDecision = fc.record({
  actorId: fc.constantFrom(...people),
  finance: fc.boolean(),
  verdict: fc.constantFrom('approve', 'approve', 'approve', 'hold', 'reject'),
  reason: fc.constantFrom(null, 'looked at it'),
  change: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
});

test('INV-R5 property: whatever is decided in whatever order, two different persons approved just what stands, finance last, and nobody his own', () => {
  fc.assert(
    fc.property(fc.array(aDecision, { maxLength: 20 }), fc.boolean(), (decisions, hasHit) => {
      const hits: RiskHit[] = hasHit ? [{ id: 'rsk_1', rule: 'velocity', reportedBy: 'key_desk' }] : [];
      let approval = waiting;
      let passed: PassedStage[] = [];
      let content = 0;
      const log: { by: string; finance: boolean; content: number }[] = [];
      for (const { actorId, finance, verdict, reason, change } of decisions) {
        if (change && approval.status !== 'approved') {
          content += 1;
          passed = [];
        }
        const wish = { verdict, reason } as const;
        const result = decide(approval, wish, person(actorId, finance), now, hits, { contentHash: `${content}`, passed });
        if (!('accepted' in result)) continue;
        approval = result.accepted;
        if (verdict === 'approve') {
          passed = [...passed, passedBy(actorId)];
          log.push({ by: actorId, finance, content });
        } else passed = [];
      }
      if (approval.status !== 'approved') return;
      const [first, last] = log.slice(-2);
      expect(first?.by).not.toBe(last?.by);
      expect([first?.content, last?.content, last?.finance]).toEqual([content, content, true]);
      for (const one of [first, last]) expect(['key_author', ...(hasHit ? ['key_desk'] : [])]).not.toContain(one?.by);
    }),
    { numRuns: runs(3000, 50_000) },
  );
});

test('T-10 what is rejected or held at the first stage goes no further; whose name it is in is told only when it is another', () => {
  const standing = { contentHash, passed: [] };
  for (const [verdict, status] of [
    ['reject', 'rejected'],
    ['hold', 'held'],
  ] as const) {
    const decided = decide(waiting, { verdict, reason: 'no' }, person('key_m'), now, [], standing);
    expect(decided).toMatchObject({ accepted: { status, decidedBy: 'key_m', reason: 'no' } });
    expect('accepted' in decided && decided.accepted).not.toHaveProperty('onBehalfOf');
  }
});
