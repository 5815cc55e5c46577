import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import { type Clock, type Database, everything, type Job, type Jobs, seeingEverything } from '@tributary/service-kit';
import { z } from 'zod';
import { findBrand, shareBooks } from '../profiles/brand-store.js';
import type { RefoldStatements } from '../shared/months.js';
import type { Affected, Effect, RateAgain, RateThese } from '../shared/rate-again.js';
import { affectedPlaces } from './affected-places.js';
import { periodsAround } from './domain/clocks.js';
import type { Entry } from './domain/entry.js';
import { rootOf } from './domain/fact.js';
import { brandsOf, countOriginals, lockFacts, partnersAffected, type WalkPosition, walkOriginals } from './fact-store.js';
import { rateConversions } from './rate-conversions.js';

export interface RateAgainParts {
  outbox: Outbox;
  jobs: Jobs;
  refold: RefoldStatements;
}

type RateParts = Pick<RateAgainParts, 'outbox' | 'refold'>;

/** Conversions rated at once in the caller's own transaction; more than that go to the background, in chunks of this size. */
export const rateAgainAtOnce = 1000;
const jobName = 'rate-again';

/**
 * Rates conversions again because terms have changed: in this transaction when they are few, else by a job that is enqueued in it. The
 * caller has the brand's books locked, so that no conversion slips between. Scales may count what occurred at brands that the caller does
 * not see.
 */
export const rateAgainWith =
  (parts: RateAgainParts): RateAgain =>
  (tx, affected, context, now) =>
    seeingEverything(tx, async () => {
      let effect: Effect = { conversions: 0, entries: [] };
      for (const place of await affectedPlaces(tx, affected)) {
        effect = together(effect, await ratePlace(parts, tx, place, context, now));
        effect = together(effect, { conversions: 0, entries: await refoldMonths(tx, parts, place, context, now) });
      }
      return effect;
    });

async function ratePlace(parts: RateAgainParts, tx: Tx, affected: Affected, context: EventContext, now: Date): Promise<Effect> {
  const found = await walkOriginals(tx, affected, null, rateAgainAtOnce + 1);
  if (found.length === 0) return { conversions: 0, entries: [] };
  if (found.length > rateAgainAtOnce) {
    await parts.jobs.enqueue(tx, jobName, { ...affected, after: null, context });
    return { conversions: await countOriginals(tx, affected), entries: null };
  }
  return { conversions: found.length, entries: await rateChunk(tx, parts, affected, found, context, now) };
}

const together = (a: Effect, b: Effect): Effect => ({
  conversions: a.conversions + b.conversions,
  entries: a.entries === null || b.entries === null ? null : [...a.entries, ...b.entries],
});

export const rateTheseWith =
  ({ outbox, refold }: RateParts): RateThese =>
  async (tx, conversionIds, context, now) => {
    if (conversionIds.length === 0) return;
    await shareBooks(tx, await brandsOf(tx, conversionIds));
    // Refunds go with their originals.
    const originals = (await lockFacts(tx, conversionIds)).filter((fact) => rootOf(fact) === fact.conversionId);
    await rateConversions(tx, { outbox, refold, now, trigger: 'circumstances', context }, originals);
  };

async function rateChunk(
  tx: Tx,
  { outbox, refold }: RateParts,
  { trigger = 'terms' }: Affected,
  chunk: readonly WalkPosition[],
  context: EventContext,
  now: Date,
): Promise<Entry[]> {
  const facts = await lockFacts(
    tx,
    chunk.map(({ conversionId }) => conversionId),
  );
  return rateConversions(tx, { outbox, refold, now, trigger, context }, facts);
}

/** What is rated by the month changes with the terms, and with the rates of days, though no event does. */
export async function refoldMonths(
  tx: Tx,
  { outbox, refold }: RateParts,
  affected: Affected,
  context: EventContext,
  now: Date,
): Promise<readonly Entry[]> {
  const { brandId, partnerId, from, foreign, trigger = 'terms' } = affected;
  const brand = await findBrand(tx, brandId);
  if (brand === undefined || (partnerId === null && !foreign)) return [];
  const partners = partnerId === null ? await partnersAffected(tx, affected) : [partnerId];
  // On the clocks of the deal it may still be the month before.
  const [period = ''] = periodsAround(new Date(from), brand.timeZone);
  const touched = partners.map((one) => ({ brandId, partnerId: one, period, andLater: true }));
  return refold(tx, { outbox, now, trigger, context }, touched);
}

const jobData = z.object({
  brandId: z.string(),
  partnerId: z.string().nullable(),
  from: z.string(),
  customerId: z.string().optional(),
  foreign: z.boolean().optional(),
  trigger: z.enum(['terms', 'circumstances']).optional(),
  until: z.string().optional(),
  after: z.object({ occurredAt: z.string(), conversionId: z.string() }).nullable(),
  context: z.object({
    correlationId: z.string(),
    causationId: z.string().optional(),
    actorId: z.string(),
    actorKind: z.enum(['user', 'key', 'system', 'partner']),
  }),
});

/** One chunk of a long re-rating; enqueues the next in its own transaction, so that none is lost or done twice to any effect. */
export const rateAgainJob = ({ outbox, jobs, refold, db }: RateAgainParts & { db: Database; clock: Clock }): Job => ({
  name: jobName,
  run: async (raw, { now }) => {
    const {
      after,
      context: { causationId, ...context },
      ...which
    } = jobData.parse(raw);
    await db.tx(everything, async (tx) => {
      await shareBooks(tx, [which.brandId]);
      const chunk = await walkOriginals(tx, which, after, rateAgainAtOnce);
      if (chunk.length === 0) return;
      await rateChunk(tx, { outbox, refold }, which, chunk, causationId === undefined ? context : { ...context, causationId }, now);
      if (chunk.length === rateAgainAtOnce) await jobs.enqueue(tx, jobName, { ...raw, after: chunk.at(-1) });
    });
  },
});
