import { expect, test } from '@jest/globals';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { anApproval, approvalCreatedAt as now } from '../../../test/an-approval.js';
import { type Approval, type ApprovalStatus, decide, type Needs, type RiskHit } from './approval.js';
import { type BatchItem, decideEach, totalsOf } from './batch.js';

const contentHash = 'a'.repeat(64);
const approvalOf = (id: string, change: Partial<Approval>): Approval => anApproval({ id, entryId: `ent_${id}`, ...change });
const manager = { actorId: 'key_m', mayDecideAboveThreshold: false };
const item = (id: string, change: Partial<Approval> = {}, more: Partial<BatchItem> = {}): BatchItem => ({
  approvalId: id,
  approval: approvalOf(id, change),
  hits: [],
  standing: { contentHash, passed: [] },
  ...more,
});
const hit = { id: 'rsk_1', rule: 'velocity', reportedBy: 'key_desk' };

test('T-12 FG7 what is flagged or not his to decide is left with its reason, the rest proceeds', () => {
  const items = [
    item('fine'),
    item('hit', { status: 'held' }, { hits: [hit] }),
    item('held', { status: 'held' }),
    item('own', { makerId: 'key_m' }),
    item('large', { needs: 'finance' }),
    item('staged', { needs: 'manager-and-finance' }),
    item('changed', {}, { contentHash: 'b'.repeat(64) }),
    item('done', { status: 'approved' }),
    item('follower', { followsEntryId: 'ent_fine' }),
    { approvalId: 'unseen', hits: [] },
  ];
  const { rows, accepted } = decideEach(items, { verdict: 'approve', reason: 'end of month' }, manager, now);
  expect(rows.map(({ approvalId, outcome, code }) => [approvalId, code ?? outcome])).toEqual([
    ['fine', 'decided'],
    ['hit', 'risk-hit'],
    ['held', 'held'],
    ['own', 'four-eyes'],
    ['large', 'above-your-threshold'],
    ['staged', 'stage-passed'],
    ['changed', 'approval-content-changed'],
    ['done', 'approval-already-decided'],
    ['follower', 'approval-follows-original'],
    ['unseen', 'not-found'],
  ]);
  expect(accepted.map(({ id }) => id)).toEqual(['fine', 'staged']);
  expect(totalsOf(rows)).toEqual([{ currency: 'USD', amount: 60_000n }]);
});

test('what is held can be rejected together', () => {
  const items = [item('hit', { status: 'held' }, { hits: [hit] }), item('held', { status: 'held' })];
  const { rows } = decideEach(items, { verdict: 'reject', reason: 'fraud' }, manager, now);
  expect(rows.map(({ outcome }) => outcome)).toEqual(['decided', 'decided']);
});

const anItem = fc.record({
  amount: fc.bigInt({ min: -1000n, max: 1_000_000n }),
  currency: fc.constantFrom('USD', 'EUR'),
  status: fc.constantFrom<ApprovalStatus[]>('waiting', 'held', 'approved', 'rejected'),
  needs: fc.constantFrom<Needs[]>('manager', 'finance', 'manager-and-finance'),
  makerId: fc.constantFrom('key_author', 'key_m'),
  hits: fc.constantFrom<RiskHit[][]>([], [hit], [{ ...hit, cleared: true }], [{ ...hit, cleared: true }, hit]),
});

const inDoubt = ({ status }: Approval, hits: readonly RiskHit[]) =>
  status === 'held' || (status === 'waiting' && hits.some(({ cleared }) => !cleared));

test('T-12 property: each is decided as it would be alone, or left; the total is the sum of its lines', () => {
  fc.assert(
    fc.property(
      fc.array(anItem, { maxLength: 30 }),
      fc.constantFrom('approve', 'reject', 'hold'),
      fc.boolean(),
      (given, verdict, finance) => {
        const decider = { actorId: 'key_m', mayDecideAboveThreshold: finance };
        const items = given.map(({ hits, ...change }, index) => item(`apr_${index}`, change, { hits }));
        const wish = { verdict, reason: 'all of them' } as const;
        const { rows, accepted } = decideEach(items, wish, decider, now);
        expect(rows).toHaveLength(items.length);
        const sums = new Map<string, bigint>();
        rows.forEach((row, index) => {
          const { approval, hits } = items[index] as BatchItem & { approval: Approval };
          const alone = decide(approval, wish, decider, now, hits, { contentHash, passed: [] });
          const proceeds = accepted.find(({ id }) => id === row.approvalId);
          if (proceeds) expect(alone).toEqual({ accepted: proceeds });
          else if (!(verdict === 'approve' && inDoubt(approval, hits))) expect(alone).toEqual({ rejected: row.code });
          if (verdict === 'approve' && inDoubt(approval, hits)) expect(proceeds).toBeUndefined();
          expect(row.outcome === 'exception').toBe(proceeds === undefined);
          if (row.outcome === 'decided') sums.set(approval.currency, (sums.get(approval.currency) ?? 0n) + approval.amount);
        });
        expect(new Map(totalsOf(rows).map(({ currency, amount }) => [currency, amount]))).toEqual(sums);
      },
    ),
    { numRuns: runs(1000, 50_000) },
  );
});

test('T-12 of what nobody knows the standing nothing is decided', () => {
  const { approval } = item('fine');
  expect(decideEach([{ approvalId: 'fine', approval, hits: [] }], { verdict: 'approve', reason: null }, manager, now)).toEqual({
    rows: [{ approvalId: 'fine', outcome: 'exception', code: 'not-found', amount: null, currency: null, decisions: 0 }],
    accepted: [],
  });
});
