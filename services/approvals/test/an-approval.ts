import type { Approval } from '../src/review/domain/approval.js';

export const approvalCreatedAt = new Date('2026-03-01T00:00:00Z');

/** An approval that waits for a manager, as the tests of the domain need one, with what is told changed. */
export const anApproval = (change: Partial<Approval> = {}): Approval => ({
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
  createdAt: approvalCreatedAt,
  decidedAt: null,
  decisions: 0,
  dueAt: null,
  escalatedAt: null,
  ...change,
});
