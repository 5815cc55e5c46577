import type { Tx } from '@tributary/messaging';
import { versionsFor } from '../deals/deal-store.js';
import { lockEveryBook } from '../profiles/brand-store.js';
import { partnersBelow, placesWithConversions } from '../profiles/partner-store.js';
import { reachOf } from '../shared/domain/reach.js';
import type { Affected } from '../shared/rate-again.js';

/**
 * Where new terms of a deal change something: at its partner's conversions, and where any version of it pays for partners below or counts
 * what happens elsewhere also there. The books of other brands are locked, so that no conversion slips between.
 */
export async function affectedPlaces(tx: Tx, { dealId, ...own }: Affected): Promise<Affected[]> {
  if (dealId === undefined || own.partnerId === null) return [own];
  const versions = await versionsFor(tx, [], [dealId]);
  const reach = reachOf(versions.map(({ terms }) => terms));
  if (!reach.below && !reach.brands) return [own];
  if (reach.brands) await lockEveryBook(tx);
  const partners = reach.below ? await partnersBelow(tx, [own.partnerId]) : [own.partnerId];
  const places = await placesWithConversions(tx, partners, own.from);
  return places.filter(({ brandId }) => reach.brands || brandId === own.brandId).map((place) => ({ ...own, ...place }));
}
