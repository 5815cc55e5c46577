import { maturesAt } from '@tributary/calendar';
import { newId } from '@tributary/contracts';
import { ENGINE_VERSION, type FoldResult, foldConversion, planPostings } from '@tributary/engine';
import { goingBackTo, type Tx } from '@tributary/messaging';
import { versionsFor } from '../deals/deal-store.js';
import type { DealVersionRecord } from '../deals/domain/deal.js';
import { closedPeriodsOf } from '../periods/period-store.js';
import { type Brand, brandsById } from '../profiles/brand-store.js';
import { groupBy } from '../shared/domain/group-by.js';
import type { Entry } from './domain/entry.js';
import { levels, rootOf, type StoredFact, toConversion } from './domain/fact.js';
import { outcomesOf, type Settled, settle, waitsForBrand, waitsForOriginal } from './domain/outcomes.js';
import { type RatingStep, stepsOf, type Trigger } from './domain/steps.js';
import { entryEvent, outcomeEvent, written } from './events.js';
import { refundsOf, saveOutcomes } from './fact-store.js';
import { Journal, runningRows } from './journal.js';
import {
  contributionsOf,
  dealsPostedFor,
  ensurePartitions,
  insertEntries,
  lockRunningScopes,
  saveContributions,
  saveScopes,
  scopesOfConversions,
} from './journal-store.js';
import type { Made, Rating } from './rating.js';

/** An original conversion with its refunds, and the runs of the fold that are due. */
interface Case {
  original: StoredFact;
  refunds: readonly StoredFact[];
  brand: Brand;
  steps: readonly RatingStep[];
}
type Folded = Case & { versions: readonly DealVersionRecord[]; folds: readonly FoldResult[] };

/**
 * Brings journal and outcomes to what facts and terms say now: folds each conversion that has something new, posts the differences and
 * publishes them. Set-based: a dozen statements, however many conversions.
 *
 * Call it with the books of the brands shared or locked and the rows of `facts` and of their originals locked: then nobody else posts
 * into the same scopes before this transaction ends. Returns the entries posted.
 */
export async function rateConversions(tx: Tx, rating: Rating, facts: readonly StoredFact[]): Promise<Entry[]> {
  const { cases, waiting } = await sortOut(tx, facts, rating.trigger);
  const folded = await fold(tx, cases);
  const made = await post(tx, folded, rating.now);
  const settled = [...waiting, ...folded.flatMap(settledBy)].flatMap((one) => settle(one) ?? []);
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
  return made.map(({ entry }) => entry);
}

/** Which conversions have something to be folded, and which facts wait for what. */
async function sortOut(tx: Tx, facts: readonly StoredFact[], trigger: Trigger): Promise<{ cases: Case[]; waiting: Settled[] }> {
  const told = facts.filter(({ level }) => level !== levels.named);
  const originals = told.filter((fact) => rootOf(fact) === fact.conversionId);
  const known = new Set(originals.map(({ conversionId }) => conversionId));
  const brands = await brandsById(tx, [...new Set(told.map(({ brandId }) => brandId))]);
  const refunds = groupBy(await refundsOf(tx, [...known]), ({ originalConversionId }) => originalConversionId);

  const waiting: Settled[] = told
    .filter((fact) => !known.has(rootOf(fact) ?? ''))
    .map((fact) => ({ fact, ratedLevel: 0, ...waitsForOriginal }));
  const cases: Case[] = [];
  for (const original of originals) {
    const ownRefunds = refunds.get(original.conversionId) ?? [];
    const brand = brands.get(original.brandId);
    const steps = stepsOf(original, ownRefunds, trigger);
    if (brand === undefined) waiting.push(...[original, ...ownRefunds].map((fact) => ({ fact, ratedLevel: 0, ...waitsForBrand })));
    else if (steps.length > 0) cases.push({ original, refunds: ownRefunds, brand, steps });
  }
  return { cases, waiting };
}

async function fold(tx: Tx, cases: readonly Case[]): Promise<Folded[]> {
  if (cases.length === 0) return [];
  const rated = cases.filter(({ original }) => original.ratedLevel > 0).map(({ original }) => original.conversionId);
  const pairs = new Map(
    cases.flatMap(({ original: { brandId, partnerId } }) =>
      partnerId === null ? [] : [[`${brandId} ${partnerId}`, { brandId, partnerId }] as const],
    ),
  );
  const versions = await versionsFor(tx, [...pairs.values()], await dealsPostedFor(tx, rated));
  const byPair = groupBy(versions, ({ brandId, partnerId }) => `${brandId} ${partnerId}`);
  return cases.map((one) => {
    const { original, brand, steps } = one;
    const own = byPair.get(`${original.brandId} ${original.partnerId}`) ?? [];
    const conversion = toConversion(original);
    const folds = steps.map(({ refunds }) =>
      foldConversion({ original: conversion, refunds: refunds.map(toConversion), versions: own, brandCurrency: brand.currency }),
    );
    return { original, refunds: one.refunds, brand, steps, versions, folds };
  });
}

async function post(tx: Tx, cases: readonly Folded[], now: Date): Promise<Made[]> {
  if (cases.length === 0) return [];
  await ensurePartitions(tx, now);
  const journal = await openJournal(tx, cases);
  const closed = await closedPeriodsOf(tx, [...new Set(cases.map(({ brand }) => brand.brandId))]);
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
  const occurredAt = (step.cause ?? original).occurredAt;
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
    const holdDays = deal?.terms.holdDays ?? brand.holdDays;
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
      occurredAt,
      // A correction matures with what it corrects: a refund during the holding period is there when the sale would become payable.
      maturesAt: new Date(maturesAt(original.occurredAt.toISOString(), holdDays, brand.timeZone)),
      period: posting.period,
    };
    return {
      entry,
      explanation: posting.explanation,
      dealAuthorId: deal?.authorId ?? 'unknown',
      cause: step.cause,
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
