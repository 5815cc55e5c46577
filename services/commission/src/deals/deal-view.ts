import type { DealVersionRecord } from './domain/deal.js';
import { approverOf, datesOf, type Stage, stageOf } from './domain/lifecycle.js';

/** A version as the API shows it. */
export function dealView(deal: DealVersionRecord, stage: Stage) {
  const { dealId, status: _status, recordedAt: _since, writtenAt, changes: _changes, ...shown } = deal;
  return { id: dealId, ...shown, status: stage, recordedAt: writtenAt, approverId: approverOf(deal), ...datesOf(deal) };
}

/** A version among the others of its deal, as it stands at an instant. */
export const viewAmong = (versions: readonly DealVersionRecord[], asOf: string) => (deal: DealVersionRecord) =>
  dealView(deal, stageOf(deal, versions, asOf));
