import { expect, test } from '@jest/globals';
import type { DealVersionRecord } from '../../domain/deal.js';
import { type BatchRequest, planBatch } from './plan-batch.js';
import { planSupersession } from './plan-supersession.js';

const terms = (rate: string) => ({ components: [{ on: 'sale', model: 'percentage' as const, rate }] });
const version = (dealId: string, number: number, effectiveFrom: string, fields: Partial<DealVersionRecord> = {}): DealVersionRecord => ({
  dealId,
  version: number,
  partnerId: `ptr_${dealId}`,
  brandId: 'brd_a',
  programId: 'prg_a',
  status: 'active',
  effectiveFrom: `${effectiveFrom}T00:00:00.000Z`,
  recordedAt: '2026-01-01T00:00:00.000Z',
  writtenAt: '2026-01-01T00:00:00.000Z',
  terms: terms('0.10'),
  reason: null,
  authorId: 'key_a',
  documentHash: 'hash',
  templateId: 'dtp_a',
  templateVersion: 1,
  batchId: null,
  changes: [],
  ...fields,
});
const request: BatchRequest = {
  batchId: 'bat_a',
  template: terms('0.10'),
  effectiveFrom: '2026-05-01T00:00:00.000Z',
  reason: 'raise',
  change: { adjust: [{ pointer: '/components/0/rate', add: '0.02' }] },
  except: new Map([['deal_listed', 'by contract']]),
};

test('T-06 every deal in force gets the next version over the terms that stand then; the others are listed with the reason', () => {
  const { steps, exceptions } = planBatch(
    [
      version('deal_plain', 1, '2026-01-01'),
      version('deal_amended', 1, '2026-01-01'),
      version('deal_amended', 2, '2026-03-01', { terms: terms('0.30') }),
      version('deal_drafted', 1, '2026-01-01'),
      version('deal_drafted', 2, '2026-02-01', { status: 'draft', terms: terms('0.99') }),
      version('deal_listed', 1, '2026-01-01'),
      version('deal_ended', 1, '2026-01-01'),
      version('deal_ended', 2, '2026-04-01', { status: 'ended' }),
      version('deal_later', 1, '2026-01-01'),
      version('deal_later', 2, '2026-06-01'),
      version('deal_new', 1, '2026-06-01'),
      version('deal_draft', 1, '2026-01-01', { status: 'draft' }),
      version('deal_other', 1, '2026-01-01', { terms: { components: [{ on: 'lead', model: 'flat', amount: 5 }] } }),
      version('deal_full', 1, '2026-01-01', { terms: terms('0.99') }),
    ],
    request,
  );
  expect(steps.map(({ base, fields }) => [fields.dealId, base.version, fields.version, fields.terms])).toEqual([
    ['deal_plain', 1, 2, terms('0.12')],
    ['deal_amended', 2, 3, terms('0.32')],
    ['deal_drafted', 1, 3, terms('0.12')],
  ]);
  expect(steps[0]?.fields).toMatchObject({ batchId: 'bat_a', templateId: 'dtp_a', effectiveFrom: request.effectiveFrom, reason: 'raise' });
  expect(exceptions).toEqual([
    { dealId: 'deal_listed', reason: 'by contract' },
    { dealId: 'deal_ended', reason: 'deal-already-ended' },
    { dealId: 'deal_later', reason: 'already-amended-later' },
    { dealId: 'deal_new', reason: 'effective-date-before-start' },
    { dealId: 'deal_draft', reason: 'deal-not-in-force' },
    { dealId: 'deal_other', reason: 'terms-differ-from-template' },
    { dealId: 'deal_full', reason: 'terms-invalid' },
  ]);
});

test('a change may give every deal the same terms', () => {
  const { steps } = planBatch([version('deal_a', 1, '2026-01-01', { terms: terms('0.99') })], {
    ...request,
    change: { terms: terms('0.5') },
  });
  expect(steps[0]?.fields.terms).toEqual(terms('0.5'));
});

test('T-06 taken back as a unit: the terms from before, then what was written for later, once more', () => {
  const batch = { effectiveFrom: request.effectiveFrom, reason: 'withdrawn' };
  const { restored, exceptions } = planSupersession(
    [
      version('deal_a', 1, '2026-01-01'),
      version('deal_a', 2, '2026-05-01', { terms: terms('0.12'), batchId: 'bat_a' }),
      version('deal_b', 1, '2026-01-01', { terms: terms('0.20') }),
      version('deal_b', 2, '2026-05-01', { terms: terms('0.22'), batchId: 'bat_a' }),
      version('deal_b', 3, '2026-07-01', { terms: terms('0.40'), reason: 'summer' }),
      version('deal_b', 4, '2026-08-01', { status: 'ended', terms: terms('0.40') }),
      version('deal_b', 5, '2026-09-01', { status: 'draft' }),
      version('deal_c', 1, '2026-01-01'),
      version('deal_c', 2, '2026-05-01', { batchId: 'bat_a' }),
      version('deal_c', 3, '2026-04-01', { terms: terms('0.05') }),
    ],
    ['deal_a', 'deal_b', 'deal_c'].map((dealId) => ({ dealId, version: 2, baseVersion: 1 })),
    batch,
  );
  expect(
    restored.map(({ fields, status }) => [fields.dealId, fields.version, fields.effectiveFrom.slice(0, 10), status, fields.terms]),
  ).toEqual([
    ['deal_a', 3, '2026-05-01', 'active', terms('0.10')],
    ['deal_b', 6, '2026-05-01', 'active', terms('0.20')],
    ['deal_b', 7, '2026-07-01', 'active', terms('0.40')],
    ['deal_b', 8, '2026-08-01', 'ended', terms('0.40')],
  ]);
  expect(restored.map(({ fields }) => fields.reason)).toEqual(['withdrawn', 'withdrawn', 'summer', null]);
  expect(restored.every(({ fields }) => fields.batchId === null)).toBe(true);
  expect(exceptions).toEqual([{ dealId: 'deal_c', reason: 'already-amended' }]);
});
