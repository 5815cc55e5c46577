import type { Tx } from '@tributary/messaging';
import { versionsAt } from './deal-store.js';
import { counts, type DealVersionRecord, overlaps, sameLicence } from './domain/deal.js';

/** Whether a version with which a deal first counts, for its licence or at all, stands in the way of another deal of its partner, brand and programme. */
export async function overlapsAnother(tx: Tx, before: readonly DealVersionRecord[], deal: DealVersionRecord): Promise<boolean> {
  if (!counts(deal) || sameLicence(before, deal.terms).some(counts)) return false;
  const others = (await versionsAt(tx, deal)).filter(({ dealId }) => dealId !== deal.dealId);
  return overlaps(sameLicence(others, deal.terms), deal.effectiveFrom);
}
