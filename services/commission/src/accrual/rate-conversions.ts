import { newId } from '@tributary/contracts';
import { ENGINE_VERSION, type FoldResult, foldConversion, planPostings, type StreamPlace } from '@tributary/engine';
import { goingBackTo, type Tx } from '@tributary/messaging';
import { ratesFor } from '../fx/rate-store.js';
import { closedPeriodsOf } from '../periods/period-store.js';
import { shareBooks } from '../profiles/brand-store.js';
import { chunksOf } from '../shared/domain/chunks.js';
import { entryEvent, outcomeEvent, written } from '../shared/entry-events.js';
import type { RefoldStatements, TouchedMonth } from '../shared/months.js';
import type { Made, Rating } from '../shared/rating.js';
import { type Case, type Folded, refundsInTheEnd, sortOut } from './case.js';
import { periodsAround } from './domain/clocks.js';
import type { Entry } from './domain/entry.js';
import type { StoredFact } from './domain/fact.js';
import { maturityOf } from './domain/maturity.js';
import { outcomesOf, type Settled, settle } from './domain/outcomes.js';
import type { RatingStep } from './domain/steps.js';
import { lockFacts, saveOutcomes } from './fact-store.js';
import { Journal, runningRows } from './journal.js';
import {
  contributionsOf,
  ensurePartitions,
  insertEntries,
  lockRunningScopes,
  saveContributions,
  saveScopes,
  scopesOfConversions,
} from './journal-store.js';
import { withPaidAt } from './settled-records.js';
import { placesOf } from './stream-store.js';
import { termsOfStreams } from './stream-terms.js';
import { foldStreams, isBy, type StreamsBy, type StreamsFolded } from './streams.js';
import { dependents, inputOf, loadWorld, type World } from './world.js';

/**
 * Brings journal and outcomes to what facts and terms say now: folds each conversion that has something new, posts the differences and
 * publishes them. Set-based: a dozen statements, however many conversions.
 *
 * Call it with the books of the brands shared or locked and the rows of `facts` and of their originals locked: then nobody else posts
 * into the same scopes before this transaction ends. Returns the entries posted.
 */
export async function rateConversions(
  tx: Tx,
  rating: Rating & { refold: RefoldStatements },
  facts: readonly StoredFact[],
): Promise<Entry[]> {
  const { cases, waiting } = await sortOut(tx, facts, rating.trigger);
  const placed = await inPlace(tx, cases);
  const closed = await closedPeriodsOf(tx, [...new Set(placed.map(({ one }) => one.brand.brandId))]);
  await tell(tx, rating, [], waiting);
  const entries: Entry[] = [];
  const late: TouchedMonth[] = [];
  for (const chunk of chunksOf(placed, postedAtOnce)) {
    const rated = chunk.map(folded);
    const made = await post(tx, rated, closed, rating.now);
    await tell(tx, rating, made, rated.flatMap(settledBy));
    entries.push(...made.map(({ entry }) => entry));
    late.push(...touchedBy(rated, made).filter(({ brandId, period }) => closed.get(brandId)?.has(period)));
  }
  const months = late.length === 0 ? [] : await rating.refold(tx, rating, once(late));
  return [...entries, ...months];
}

/** A scale may lift very many lines at once, and explanations are large: what has been posted of them is not kept. */
const postedAtOnce = 2_000;

/** Writes what was posted and what became of the facts, and publishes both. */
async function tell(tx: Tx, rating: Rating, made: readonly Made[], all: readonly Settled[]): Promise<void> {
  if (made.length + all.length === 0) return;
  const settled = all.flatMap((one) => settle(one) ?? []);
  await saveOutcomes(tx, settled);
  const entries = made.map(written);
  await insertEntries(tx, entries);
  const outcomes = settled.filter(({ changed }) => changed);
  const origins = [...made.map(({ traceparent }) => traceparent), ...outcomes.map(({ fact }) => fact.traceparent)];
  await goingBackTo('commission accrue', origins, { 'tributary.entries': entries.length }, () =>
    rating.outbox.append(tx, rating.context, [
      ...made.map((one, index) => entryEvent(rating, one, entries[index]?.explanationHash ?? '')),
      ...outcomes.map((one) => outcomeEvent(rating, one)),
    ]),
  );
}

const once = (months: readonly TouchedMonth[]): TouchedMonth[] => [
  ...new Map(months.map((month) => [`${month.brandId} ${month.partnerId} ${month.period}`, month])).values(),
];

/** The months whose statements conversions, or what anybody earned of them, may change. */
function touchedBy(rated: readonly Folded[], made: readonly Made[]): TouchedMonth[] {
  const zones = new Map(rated.map(({ brand }) => [brand.brandId, brand.timeZone]));
  const months = [
    // A conversion may have been taken from another partner.
    ...rated.flatMap(({ original: { brandId, partnerId, formerPartnerId, occurredAt } }) => [
      { brandId, partnerId, occurredAt },
      { brandId, partnerId: formerPartnerId ?? null, occurredAt },
    ]),
    ...made.map(({ entry: { brandId, partnerId, occurredAt } }) => ({ brandId, partnerId, occurredAt })),
  ].flatMap(({ brandId, partnerId, occurredAt }): TouchedMonth[] =>
    partnerId === null ? [] : periodsAround(occurredAt, zones.get(brandId) ?? 'UTC').map((period) => ({ brandId, partnerId, period })),
  );
  return once(months);
}

/** The cases at their places in streams, and every conversion besides whose amount goes by what they have changed. */
async function inPlace(tx: Tx, cases: readonly Case[]): Promise<readonly Placed[]> {
  if (cases.length === 0) return [];
  const world = await loadWorld(tx, cases, ratesFor);
  const others = await casesOf(tx, dependents(world, cases));
  const all = [...cases, ...others];
  const complete = others.length === 0 ? world : await loadWorld(tx, all, ratesFor);
  let placed: readonly Placed[] = all.map((one) => ({ one, world: complete }));
  if (complete.needs.streams) placed = await inStreams(tx, placed, 'events');
  // What moved may belong to partners whose recruiters nobody has asked for yet.
  if (placed.some(({ world: { needs } }) => needs.milestones)) placed = await inStreams(tx, placed, 'earnings');
  return placed;
}

/** A case, all that it is folded with, and its places in streams as far as they are known. */
interface Placed {
  one: Case;
  world: World;
  streamed?: Readonly<Record<string, StreamPlace>> | undefined;
}

/** Puts what the cases say into streams. With them comes every conversion whose amount is another at its place now. */
async function inStreams(tx: Tx, cases: readonly Placed[], by: StreamsBy): Promise<Placed[]> {
  const streams = await foldStreamsOf(tx, cases, by);
  const here = new Set(cases.map(({ one }) => one.original.conversionId));
  const moved = await casesOf(
    tx,
    [...streams.changed].filter((id) => !here.has(id)),
  );
  const places = placesByConversion(streams.places);
  const own = cases.map((placed) => {
    const found = places.get(placed.one.original.conversionId);
    return found === undefined ? placed : { ...placed, streamed: { ...placed.streamed, ...found } };
  });
  if (moved.length === 0) return own;
  const world = await loadWorld(tx, moved, ratesFor);
  const held = placesByConversion(
    await placesOf(
      tx,
      moved.map(({ original }) => original.conversionId),
    ),
  );
  return [...own, ...moved.map((one) => ({ one, world, streamed: held.get(one.original.conversionId) }))];
}

function folded({ world, one, streamed }: Placed): Folded {
  const folds = one.steps.map(({ refunds }) => foldConversion(inputOf(world, one, refunds, streamed)));
  return { ...one, versions: world.versions, folds };
}

/** Conversions that are rated again because of others, locked. */
async function casesOf(tx: Tx, conversionIds: readonly string[]): Promise<Case[]> {
  if (conversionIds.length === 0) return [];
  const facts = await lockFacts(tx, conversionIds);
  await shareBooks(tx, [...new Set(facts.map(({ brandId }) => brandId))]);
  return (await sortOut(tx, facts, 'circumstances')).cases;
}

async function foldStreamsOf(tx: Tx, cases: readonly Placed[], by: StreamsBy): Promise<StreamsFolded> {
  const made = cases.flatMap(({ one, world, streamed }) => foldConversion(inputOf(world, one, refundsInTheEnd(one), streamed)).records);
  const records = made.filter((record) => isBy(by, record));
  const worlds = [...new Set(cases.map(({ world }) => world))];
  const versions = worlds.flatMap((world) => world.versions);
  const brandOfDeal = new Map(versions.map(({ dealId, brandId }) => [dealId, brandId]));
  const zones = new Map(worlds.flatMap(({ brands }) => [...brands.values()].map(({ brandId, timeZone }) => [brandId, timeZone] as const)));
  const terms = termsOfStreams(versions, (brandId) => zones.get(brandId) ?? 'UTC');
  return foldStreams(
    tx,
    cases.map(({ one }) => one.original.conversionId),
    by,
    await withPaidAt(tx, records, terms),
    ({ dealId }) => brandOfDeal.get(dealId) ?? '',
    terms,
  );
}

/** A scope's key begins with its conversion. */
function placesByConversion(places: ReadonlyMap<string, StreamPlace>): Map<string, Record<string, StreamPlace>> {
  const byConversion = new Map<string, Record<string, StreamPlace>>();
  for (const [scope, place] of places) {
    const [conversionId = ''] = scope.split('/');
    const own = byConversion.get(conversionId) ?? {};
    own[scope] = place;
    byConversion.set(conversionId, own);
  }
  return byConversion;
}

async function post(tx: Tx, cases: readonly Folded[], closed: ReadonlyMap<string, ReadonlySet<string>>, now: Date): Promise<Made[]> {
  if (cases.length === 0) return [];
  await ensurePartitions(tx, now);
  const journal = await openJournal(tx, cases);
  const made = cases.flatMap((one) =>
    one.steps.flatMap((step, index) =>
      postStep(journal, one, step, one.folds[index] as FoldResult, closed.get(one.brand.brandId) ?? new Set(), now),
    ),
  );
  const changes = journal.changes();
  await saveScopes(tx, changes.scopes);
  await saveContributions(tx, changes.contributions);
  return made;
}

async function openJournal(tx: Tx, cases: readonly Folded[]): Promise<Journal> {
  const rated = cases.filter(({ original }) => original.ratedLevel > 0).map(({ original }) => original.conversionId);
  const contributions = await contributionsOf(tx, rated);
  const named = runningRows(cases.flatMap(({ brand, folds }) => folds.map((one) => ({ brandId: brand.brandId, fold: one }))));
  const running = await lockRunningScopes(
    tx,
    named,
    contributions.map(({ scope }) => scope),
  );
  return new Journal([...(await scopesOfConversions(tx, rated)), ...running], contributions);
}

function postStep(
  journal: Journal,
  one: Folded,
  step: RatingStep,
  result: FoldResult,
  closedPeriods: ReadonlySet<string>,
  now: Date,
): Made[] {
  const { original, brand, versions } = one;
  const { conversionId } = original;
  const running = journal.runningOf(conversionId, result);
  const { occurredAt } = step.cause ?? original;
  const cause = { reason: step.reason, occurredAt: occurredAt.toISOString() };
  const plan = planPostings({
    fold: result,
    posted: journal.postedOf(conversionId, running),
    running,
    cause,
    timeZone: brand.timeZone,
    closedPeriods,
  });
  journal.addUp(conversionId, brand.brandId, plan.running);
  return plan.postings.map((posting) => {
    const entryId = newId('entry');
    const ordinal = journal.post(posting, entryId, conversionId, brand.brandId);
    const deal = versions.find(({ dealId, version }) => dealId === posting.dealId && version === posting.dealVersion);
    const entry: Entry = {
      entryId,
      recordedAt: now,
      scope: posting.scope,
      posting: ordinal,
      partnerId: posting.partnerId,
      brandId: brand.brandId,
      programId: original.programId,
      dealId: posting.dealId,
      dealVersion: posting.dealVersion,
      engineVersion: ENGINE_VERSION,
      conversionId,
      causeConversionId: step.cause?.conversionId ?? null,
      component: posting.component,
      amount: posting.amount,
      currency: posting.currency,
      reason: posting.reason,
      adjusts: posting.adjusts,
      occurredAt: new Date(posting.occurredAt),
      // A correction matures with what it corrects: a refund during the holding period is there when the sale would become payable.
      maturesAt: maturityOf(deal?.terms, brand, posting.earnedAt ?? original.occurredAt.toISOString()),
      period: posting.period,
    };
    return {
      entry,
      explanation: posting.explanation,
      dealAuthorId: deal?.authorId ?? 'unknown',
      cause: step.cause,
      customerId: original.customerId,
      traceparent: (step.cause ?? original).traceparent,
    };
  });
}

function settledBy({ original, refunds, folds }: Folded): Settled[] {
  const last = folds.at(-1);
  if (last === undefined) return [];
  const outcomes = outcomesOf(original, last);
  return [original, ...refunds].flatMap((fact) => {
    const outcome = outcomes.get(fact.conversionId);
    return outcome ? [{ fact, ratedLevel: fact.level, outcome: outcome.outcome, reason: outcome.reason }] : [];
  });
}
