import { toWireAmount } from '@tributary/money';
import type { AdjustmentWithEntry } from './adjustment-store.js';

/** An adjustment as the API shows it. */
export const adjustmentView = (one: AdjustmentWithEntry) => ({
  id: one.adjustmentId,
  entryId: one.entryId,
  partnerId: one.partnerId,
  brandId: one.brandId,
  programId: one.programId,
  kind: one.kind,
  amount: toWireAmount(one.amount),
  currency: one.currency,
  reason: one.reason,
  makerId: one.makerId,
  status: one.status,
  occurredAt: one.occurredAt.toISOString(),
  recordedAt: one.recordedAt.toISOString(),
  maturesAt: one.maturesAt.toISOString(),
  period: one.period,
});
