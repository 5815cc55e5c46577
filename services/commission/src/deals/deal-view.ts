import type { DealVersionRecord } from './domain/deal.js';

/** A version as the API shows it. Who writes an active version puts it into force, and so is its approver. */
export function dealView({ dealId, ...deal }: DealVersionRecord) {
  return { id: dealId, ...deal, approverId: deal.status === 'draft' ? null : deal.authorId };
}
