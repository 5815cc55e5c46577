import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Approval, ApprovalStatus } from '../../review/domain/approval.js';
import { dueAfter, groupKeyOf, resolve } from './risk-case.js';

const now = new Date('2026-03-01T00:00:00Z');
const approval = (change: Partial<Approval>): Approval => ({
  id: 'apr_1',
  entryId: 'ent_1',
  partnerId: 'ptr_1',
  brandId: 'brd_1',
  dealId: 'deal_1',
  conversionId: 'cnv_1',
  amount: 1_000n,
  currency: 'USD',
  status: 'held',
  needs: 'manager',
  route: 'r',
  routing: null,
  riskLevel: 'low',
  makerId: 'key_author',
  followsEntryId: null,
  decidedBy: 'automatic',
  reason: 'risk hit: velocity',
  createdAt: now,
  decidedAt: now,
  decisions: 1,
  dueAt: null,
  escalatedAt: null,
  ...change,
});
const hit = { id: 'rsk_1', rule: 'velocity', reportedBy: 'key_desk' };
const standing = { contentHash: 'c', passed: [] };
const lead = { actorId: 'key_lead', mayDecideAboveThreshold: false };

test('F-07 whatever a case holds: nothing is approved by its resolution, and only what the case alone holds automatically waits again', () => {
  const statuses = fc.constantFrom<ApprovalStatus>('waiting', 'held', 'approved', 'rejected');
  const some = fc.record({
    status: statuses,
    follows: fc.boolean(),
    byHand: fc.boolean(),
    heldOtherwise: fc.boolean(),
    finance: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(some),
      fc.constantFrom('fraud' as const, 'clear' as const),
      fc.boolean(),
      fc.boolean(),
      (given, resolution, own, finance) => {
        const held = given.map(({ status, follows, byHand, heldOtherwise, ...one }, index) => ({
          approval: approval({
            id: `apr_${index}`,
            status,
            followsEntryId: follows ? 'ent_0' : null,
            decidedBy: byHand ? 'key_manager' : 'automatic',
            needs: one.finance ? 'finance' : 'manager',
          }),
          own: [hit],
          standing,
          heldOtherwise,
        }));
        const by = { actorId: own ? 'key_desk' : 'key_lead', mayDecideAboveThreshold: finance };
        const result = resolve(held, [hit], { caseId: 'cse_1', resolution, reason: 'why' }, by, now);
        const met = resolution === 'fraud' ? ['held', 'waiting'] : ['held'];
        const open = held.filter((one) => met.includes(one.approval.status) && one.approval.followsEntryId === null);
        if ('rejected' in result) {
          const expected = resolution === 'clear' ? 'four-eyes' : 'above-your-threshold';
          return expect(result.rejected).toBe(expected);
        }
        expect(new Set(result.changed.map(({ status }) => status)).has('approved')).toBe(false);
        const moved = resolution === 'fraud' ? open : open.filter((one) => !one.heldOtherwise && one.approval.decidedBy === 'automatic');
        expect(result.changed.map(({ id, status, decisions }) => [id, status, decisions])).toEqual(
          moved.map((one) => [one.approval.id, resolution === 'fraud' ? 'rejected' : 'waiting', 2]),
        );
      },
    ),
  );
});
test('F-13 hits of one rule on one partner stand together, whether it judged, could not, or broke', () => {
  const keys = ['velocity', 'velocity-indeterminate', 'velocity-failed'].map((rule) =>
    groupKeyOf({ conversionId: 'cnv_1', rule }, 'ptr_1'),
  );
  expect(new Set(keys)).toEqual(new Set(['ptr_1/velocity']));
  expect(groupKeyOf({ conversionId: 'cnv_1', rule: 'odd' }, null)).toBe('cnv_1/odd');
});
test('F-07 who did not report it may clear it, and the reason names the case', () => {
  expect(
    resolve(
      [{ approval: approval({}), own: [hit], standing, heldOtherwise: false }],
      [hit],
      { caseId: 'cse_1', resolution: 'clear', reason: 'fine' },
      lead,
      now,
    ),
  ).toMatchObject({
    changed: [{ status: 'waiting', decidedBy: 'key_lead', reason: 'case cse_1, cleared: fine' }],
  });
  expect(dueAfter(now).toISOString()).toBe('2026-03-08T00:00:00.000Z');
});
