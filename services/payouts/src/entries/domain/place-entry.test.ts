import { describe, expect, test } from '@jest/globals';
import type { PlaceableEntry } from './place-entry.js';
import { placeEntry } from './place-entry.js';

const now = new Date('2026-03-10T00:00:00.000Z');
const occurredAt = new Date('2026-03-01T00:00:00.000Z');
const entry = (given: Partial<PlaceableEntry> = {}): PlaceableEntry => ({
  id: 'ent_1',
  entryId: 'ent_1',
  partnerId: 'ptr_1',
  brandId: 'brd_1',
  currency: 'EUR',
  amount: 1000n,
  accrued: true,
  adjusts: null,
  occurredAt,
  maturesAt: occurredAt,
  decision: 0,
  decisionState: 'none',
  decidedAt: null,
  bucket: null,
  runId: null,
  paidAt: null,
  clawback: null,
  forgiven: false,
  takenBack: false,
  corrected: 0n,
  version: 0,
  ...given,
});
const approved = { decision: 1, decisionState: 'approved', decidedAt: new Date('2026-03-05T00:00:00.000Z') } as const;
const posted = (given: PlaceableEntry, original?: PlaceableEntry) =>
  placeEntry(given, original, now).postings.map(({ key, legs, effectiveAt }) => [key, ...legs.map((leg) => leg.account), effectiveAt]);

describe('placing an entry', () => {
  test('a new one enters the ledger and is pending', () => {
    expect(placeEntry(entry(), undefined, now)).toMatchObject({ to: 'pending' });
    expect(posted(entry())).toEqual([['accrual:ent_1', 'brand-expense', 'pending', occurredAt]]);
  });
  test('a new one that was decided before enters as pending and moves on, each from its own day on', () => {
    expect(posted(entry(approved))).toEqual([
      ['accrual:ent_1', 'brand-expense', 'pending', occurredAt],
      ['move:ent_1:1', 'pending', 'payable', approved.decidedAt],
    ]);
  });
  test('one that lies where it belongs is left there', () => {
    expect(placeEntry(entry({ ...approved, bucket: 'payable', version: 2 }), undefined, now)).toMatchObject({
      to: 'payable',
      postings: [],
    });
  });
  test('WE-52 a refund that comes too late is written off, and the posting says why', () => {
    const paidAt = new Date('2026-03-02T00:00:00.000Z');
    const paid = entry({ ...approved, bucket: 'paid', runId: 'run_1', paidAt });
    const clawback = { days: 3, timeZone: 'UTC' };
    const late = { ...approved, id: 'ent_2', amount: -100n, adjusts: 'ent_1', occurredAt: new Date('2026-03-05T00:00:00.001Z'), clawback };
    const { to, writeOff, postings } = placeEntry(entry(late), paid, now);
    expect([to, writeOff?.until]).toEqual(['written-off', new Date('2026-03-05T00:00:00.000Z')]);
    expect(postings.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['accrual', undefined],
      ['move', 'clawback-window-over'],
    ]);
    const onTime = placeEntry(entry({ ...late, occurredAt: new Date('2026-03-05T00:00:00.000Z') }), paid, now);
    expect(onTime).toMatchObject({ to: 'payable', writeOff: null });
    expect(onTime.postings.map((posting) => 'reason' in posting)).toEqual([false, false]);
  });
  test('what was paid and is rejected since is taken back once', () => {
    const paid = entry({ ...approved, decision: 2, decisionState: 'rejected', bucket: 'paid', runId: 'run_1', version: 4 });
    expect(placeEntry(paid, undefined, now)).toMatchObject({ to: 'paid', correction: { id: 'ent_1!2', difference: -1000n, at: now } });
    expect(posted(paid)).toEqual([['disapproval:ent_1:2', 'rejected', 'payable', now]]);
    expect(placeEntry({ ...paid, corrected: -1000n }, undefined, now).correction).toBeUndefined();
  });
});

test('what two people have written off is posted as such, once, whatever the window says', () => {
  const owed = entry({ ...approved, amount: -500n, forgiven: true, bucket: 'payable', version: 3 });
  expect(placeEntry(owed, undefined, now)).toEqual({
    entry: owed,
    to: 'written-off',
    writeOff: null,
    postings: [
      {
        partnerId: 'ptr_1',
        brandId: 'brd_1',
        currency: 'EUR',
        key: 'move:ent_1:4',
        kind: 'write-off',
        entryId: 'ent_1',
        payoutId: null,
        legs: [
          { account: 'payable', amount: 500n },
          { account: 'written-off', amount: -500n },
        ],
        effectiveAt: now,
        reason: 'approved',
      },
    ],
  });
  expect(placeEntry({ ...owed, bucket: 'written-off' }, undefined, now).postings).toEqual([]);
});

test('what was paid and taken back by two people is owed, under a name that no decision has', () => {
  const paid = entry({ ...approved, bucket: 'paid', runId: 'run_1', paidAt: occurredAt, takenBack: true });
  const { correction, postings } = placeEntry(paid, undefined, now);
  expect(correction).toMatchObject({ id: 'ent_1!1-taken-back', difference: -1000n });
  expect(postings).toMatchObject([{ key: 'disapproval:ent_1:1-taken-back', kind: 'disapproval' }]);
});

test('what was disapproved once it was paid, and whose payment then came back, leaves with all that was to be taken back of it, once', () => {
  const owner = { partnerId: 'ptr_1', brandId: 'brd_1', currency: 'EUR' };
  const taken = { ...owner, id: 'ent_1!2', entryId: 'ent_1', amount: -1000n, version: 1 };
  const rejected = { ...approved, decision: 2, decisionState: 'rejected', version: 4, corrected: -1000n } as const;
  const back = entry({ ...rejected, bucket: 'payable', corrections: [taken] });
  const placed = placeEntry(back, undefined, now);
  expect(placed).toMatchObject({ entry: back, to: 'rejected', writeOff: null, cancelled: [taken] });
  expect(
    placed.postings.map(({ key, legs, effectiveAt }) => [key, ...legs.map(({ account, amount }) => `${account} ${amount}`), effectiveAt]),
  ).toEqual([
    ['move:ent_1:5', 'payable -1000', 'rejected 1000', now],
    ['move:ent_1!2:2', 'payable 1000', 'rejected -1000', now],
  ]);
  const gone = placeEntry({ ...back, bucket: 'rejected' }, undefined, now);
  expect(gone).toEqual({ entry: { ...back, bucket: 'rejected' }, to: 'rejected', postings: [], writeOff: null });
  // As long as the rest of it is not known here it is netted like any other.
  expect(placeEntry({ ...back, corrections: [] }, undefined, now)).not.toHaveProperty('cancelled');
});
