import { expect, test } from '@jest/globals';
import type { DealVersionRecord } from './deal.js';
import { approverOf, type Change, counted, datesOf, decideChange, type StatusChange, stageOf } from './lifecycle.js';

const change = (status: Change, actorId = 'key_b', at = '2026-02-10T00:00:00.000Z'): StatusChange => ({ status, at, actorId, note: null });
const version = (number: number, fields: Partial<DealVersionRecord> = {}): DealVersionRecord => {
  const changes = fields.changes ?? [];
  const written = {
    dealId: 'deal_a',
    version: number,
    partnerId: 'ptr_a',
    brandId: 'brd_a',
    programId: 'prg_a',
    status: 'draft' as const,
    effectiveFrom: '2026-03-01T00:00:00.000Z',
    recordedAt: '2026-02-01T00:00:00.000Z',
    writtenAt: '2026-02-01T00:00:00.000Z',
    terms: { components: [] },
    reason: null,
    authorId: 'key_a',
    documentHash: 'hash',
    templateId: null,
    templateVersion: null,
    batchId: null,
    ...fields,
  };
  return { ...counted(written, changes), changes };
};
const active = (number: number, effectiveFrom: string) => version(number, { status: 'active', effectiveFrom });
const decide = (one: DealVersionRecord, next: StatusChange, others: DealVersionRecord[] = []) => decideChange([...others, one], one, next);

test('a version goes from draft over proposed and accepted to active, and counts from then on', () => {
  let one = version(1);
  const stages = [stageOf(one, [one], '2026-02-01T00:00:00Z')];
  for (const status of ['proposed', 'accepted', 'active'] as const) {
    const decision = decide(one, change(status));
    if (!decision.accepted) throw new Error(decision.reason);
    one = decision.value;
    stages.push(stageOf(one, [one], '2026-02-01T00:00:00Z'));
  }
  expect(stages).toEqual(['draft', 'proposed', 'accepted', 'active']);
  expect(one).toMatchObject({ status: 'active', recordedAt: '2026-02-10T00:00:00.000Z', writtenAt: '2026-02-01T00:00:00.000Z' });
  expect(approverOf(one)).toBe('key_b');
  expect(datesOf(one)).toMatchObject({ acceptedAt: '2026-02-10T00:00:00.000Z', declinedAt: null, activatedAt: '2026-02-10T00:00:00.000Z' });
});

test.each<[Change, Change[], string]>([
  ['proposed', ['proposed'], 'deal-version-state-forbids'],
  ['accepted', [], 'deal-version-state-forbids'],
  ['active', ['proposed'], 'deal-version-state-forbids'],
  ['active', ['proposed', 'declined'], 'deal-version-state-forbids'],
  ['declined', ['proposed', 'accepted', 'active'], 'deal-version-state-forbids'],
])('%s is refused after %j', (next, before, reason) => {
  const one = version(1, { changes: before.map((status) => change(status)) });
  expect(decide(one, change(next))).toEqual({ accepted: false, reason });
});

test('nobody accepts what he wrote', () => {
  const one = version(1, { changes: [change('proposed')] });
  expect(decide(one, change('accepted', 'key_a'))).toEqual({ accepted: false, reason: 'four-eyes' });
});

test('what would never be in force, or would begin before the deal, is not activated', () => {
  const draft = version(2);
  expect(decide(draft, change('active'), [active(3, '2026-03-01T00:00:00.000Z')])).toMatchObject({ reason: 'deal-version-superseded' });
  expect(decide(draft, change('active'), [active(3, '2026-04-01T00:00:00.000Z')])).toMatchObject({ reason: 'effective-date-before-start' });
  expect(decide(draft, change('active'), [active(1, '2026-01-01T00:00:00.000Z'), active(3, '2026-04-01T00:00:00.000Z')])).toMatchObject({
    accepted: true,
  });
});

test('a version is superseded once a later one counts, or at once when that one leaves it no time', () => {
  const [first, second] = [active(1, '2026-01-01T00:00:00.000Z'), active(2, '2026-04-01T00:00:00.000Z')];
  expect(stageOf(first, [first, second], '2026-03-31T23:59:59.999Z')).toBe('active');
  expect(stageOf(first, [first, second], '2026-04-01T00:00:00.000Z')).toBe('superseded');
  const third = active(3, '2026-03-01T00:00:00.000Z');
  expect(stageOf(second, [first, second, third], '2026-02-01T00:00:00.000Z')).toBe('superseded');
  expect(stageOf(first, [first, version(2)], '2026-05-01T00:00:00.000Z')).toBe('active');
  expect(stageOf(version(2, { status: 'ended' }), [first], '2026-05-01T00:00:00.000Z')).toBe('ended');
});

test('the author of what was written as active is its approver; a draft has none', () => {
  expect(approverOf(active(1, '2026-01-01T00:00:00.000Z'))).toBe('key_a');
  expect(approverOf(version(1))).toBeNull();
  expect(approverOf(version(1, { changes: [change('active', 'key_c')] }))).toBe('key_c');
});
