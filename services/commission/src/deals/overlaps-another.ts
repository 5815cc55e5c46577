import type { Tx } from '@tributary/messaging';
import { versionsAt } from './deal-store.js';
import { counts, type DealVersionRecord, overlaps, sameLicence } from './domain/deal.js';

/** Whether the first version of a deal to count stands in the way of another deal of its partner, brand and programme. */
export async function overlapsAnother(tx: Tx, before: readonly DealVersionRecord[], deal: DealVersionRecord): Promise<boolean> {
  if (!counts(deal) || before.some(counts)) return false;
  const others = (await versionsAt(tx, deal)).filter(({ dealId }) => dealId !== deal.dealId);
  return overlaps(sameLicence(others, deal.terms), deal.effectiveFrom);
}
