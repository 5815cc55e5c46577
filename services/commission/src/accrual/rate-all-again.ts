import type { RefoldStatements } from '../shared/months.js';
import type { Affected, OnRated, RateAllAgain } from '../shared/rate-again.js';
import { silence } from '../shared/silence.js';
import { affectedPlaces } from './affected-places.js';
import { lockFacts, walkOriginals } from './fact-store.js';
import { quietly } from './quietly.js';
import { rateAgainAtOnce, refoldMonths } from './rate-again.js';
import { rateConversions } from './rate-conversions.js';

/**
 * Rates again like `rateAgainWith`, in the same chunks, but all of them in the caller's transaction and without telling anybody: for what
 * is going to be rolled back.
 */
export const rateAllAgainWith =
  (refold: RefoldStatements): RateAllAgain =>
  (onRated) =>
  async (tx, affected, context, now) => {
    let conversions = 0;
    for (const place of await affectedPlaces(tx, affected)) {
      conversions += await ratePlace(tx, quietly(place.trigger ?? 'terms', context, now, refold), place, onRated);
      await onRated([], await refoldMonths(tx, { outbox: silence, refold }, place, context, now));
    }
    return { conversions, entries: null };
  };

async function ratePlace(
  tx: Parameters<typeof lockFacts>[0],
  rating: ReturnType<typeof quietly>,
  place: Affected,
  onRated: OnRated,
): Promise<number> {
  let conversions = 0;
  for (let after: Parameters<typeof walkOriginals>[2] = null; ; ) {
    const chunk = await walkOriginals(tx, place, after, rateAgainAtOnce);
    const ids = chunk.map(({ conversionId }) => conversionId);
    if (ids.length > 0) await onRated(ids, await rateConversions(tx, rating, await lockFacts(tx, ids)));
    conversions += ids.length;
    after = chunk.at(-1) ?? null;
    if (after === null || ids.length < rateAgainAtOnce) return conversions;
  }
}
