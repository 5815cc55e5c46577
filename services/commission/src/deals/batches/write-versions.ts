import type { EventContext, Tx } from '@tributary/messaging';
import { groupBy } from '../../shared/domain/group-by.js';
import { reachOf } from '../../shared/domain/reach.js';
import { insertVersions, partnersWithFacts, versionsFor } from '../deal-store.js';
import type { DealVersionRecord } from '../domain/deal.js';
import { type DealParts, versionedEvent } from '../write-version.js';

/**
 * Writes versions of many deals of a brand and tells them, in a statement each, and rates again what occurred since `effectiveFrom`, for
 * the partners who have anything. The brand's books are locked.
 */
export async function writeVersions(
  tx: Tx,
  parts: DealParts,
  deals: readonly DealVersionRecord[],
  { brandId, effectiveFrom }: { brandId: string; effectiveFrom: string },
  context: EventContext,
  now: Date,
): Promise<void> {
  if (deals.length === 0) return;
  await insertVersions(tx, deals);
  const events = await parts.outbox.append(
    tx,
    context,
    deals.map((deal) => versionedEvent(deal, now)),
  );
  const causes = new Map(events.map(({ subject, id }) => [subject, id]));
  // A partner may have several of them: one for each programme, or licence.
  const partnerOf = new Map(deals.map(({ partnerId, dealId }) => [dealId, partnerId]));
  const everyVersion = groupBy(await versionsFor(tx, [], [...partnerOf.keys()]), ({ dealId }) => dealId);
  const withFacts = await partnersWithFacts(tx, brandId, [...new Set(partnerOf.values())], effectiveFrom);
  for (const [dealId, partnerId] of partnerOf) {
    const reach = reachOf((everyVersion.get(dealId) ?? []).map(({ terms }) => terms));
    if (!reach.below && !reach.brands && !withFacts.has(partnerId)) continue;
    const causationId = causes.get(dealId);
    const caused = causationId === undefined ? context : { ...context, causationId };
    await parts.rateAgain(tx, { brandId, partnerId, dealId, from: effectiveFrom }, caused, now);
  }
}
