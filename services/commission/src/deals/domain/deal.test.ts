import { expect, test } from '@jest/globals';
import { type DealVersionRecord, decideAmendment, overlaps } from './deal.js';

const version = (number: number, fields: Partial<DealVersionRecord> = {}): DealVersionRecord => ({
  dealId: 'deal_a',
  version: number,
  partnerId: 'ptr_a',
  brandId: 'brd_a',
  programId: 'prg_a',
  status: 'active',
  effectiveFrom: '2026-02-01T00:00:00.000Z',
  recordedAt: '2026-01-01T00:00:00.000Z',
  terms: { components: [] },
  reason: null,
  authorId: 'key_a',
  documentHash: 'hash',
  templateId: null,
  templateVersion: null,
  batchId: null,
  writtenAt: '2026-01-01T00:00:00.000Z',
  changes: [],
  ...fields,
});
const stamp = { authorId: 'key_b', recordedAt: '2026-03-01T00:00:00.000Z', documentHash: 'other' };
const amendment = { effectiveFrom: '2026-03-01T00:00:00.000Z', terms: { components: [] }, reason: 'more' };

test('an amendment supersedes the latest version and leaves all others as they are', () => {
  const versions = [version(2), version(1)];
  expect(decideAmendment(versions, amendment, stamp)).toMatchObject({
    accepted: true,
    value: { version: 3, status: 'active', reason: 'more', ...stamp },
  });
  expect(versions.map((one) => one.version)).toEqual([2, 1]);
});

test.each([
  ['a deal that has ended cannot be amended', [version(1), version(2, { status: 'ended' })], amendment, 'deal-already-ended'],
  [
    'no version begins before the deal',
    [version(1)],
    { ...amendment, effectiveFrom: '2026-01-31T23:59:59.999Z' },
    'effective-date-before-start',
  ],
])('%s', (_title, versions, asked, reason) => {
  expect(decideAmendment(versions, asked, stamp)).toEqual({ accepted: false, reason });
});

test('a proposed version is a draft with its first change', () => {
  expect(decideAmendment([version(1)], { ...amendment, status: 'proposed' }, stamp)).toMatchObject({
    value: { status: 'draft', changes: [{ status: 'proposed', actorId: 'key_b', at: stamp.recordedAt }] },
  });
});

test('a draft has not begun: its first activation may lie before it', () => {
  const asked = { ...amendment, effectiveFrom: '2026-01-01T00:00:00.000Z' };
  expect(decideAmendment([version(1, { status: 'draft' })], asked, stamp)).toMatchObject({ accepted: true });
});

test('only a deal that may be in force stands in the way of another', () => {
  const from = '2026-03-01T00:00:00.000Z';
  expect(overlaps([], from)).toBe(false);
  expect(overlaps([version(1)], from)).toBe(true);
  expect(overlaps([version(1, { status: 'draft' })], from)).toBe(false);
  expect(overlaps([version(1), version(2, { status: 'draft' })], from)).toBe(true);
  expect(overlaps([version(1), version(2, { status: 'ended', effectiveFrom: from })], from)).toBe(false);
  expect(overlaps([version(1), version(2, { status: 'ended', effectiveFrom: '2026-03-01T00:00:00.001Z' })], from)).toBe(true);
});
