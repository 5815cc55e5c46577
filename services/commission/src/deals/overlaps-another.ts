import type { Tx } from '@tributary/messaging';
import { versionsAt } from './deal-store.js';
import { counts, type DealVersionRecord, overlaps, type RatedVersion, sameLicence } from './domain/deal.js';

/** Whether a version with which a deal first counts, for its licence or at all, stands in the way of another deal of its partner, brand and programme. */
export async function overlapsAnother(tx: Tx, before: readonly DealVersionRecord[], deal: DealVersionRecord): Promise<boolean> {
  return beginsThere(before, deal) && standsInTheWay(deal, await versionsAt(tx, deal));
}

/** Whether it is the first with which the deal counts for its licence, or at all. */
export const beginsThere = (before: readonly RatedVersion[], deal: RatedVersion): boolean =>
  counts(deal) && !sameLicence(before, deal.terms).some(counts);

/** The same of a version that begins there, with all versions of its partner, brand and programme at hand. */
export function standsInTheWay(deal: RatedVersion, there: readonly RatedVersion[]): boolean {
  const others = there.filter(({ dealId }) => dealId !== deal.dealId);
  return overlaps(sameLicence(others, deal.terms), deal.effectiveFrom);
}
