import { canonicalJson } from '@tributary/contracts';
import {
  type AdjustmentExplanation,
  adjustmentScope,
  type ConversionInput,
  type DealVersion,
  type EntryExplanation,
  type Explanation,
  foldedScope,
  isAdjustment,
  recomputePosting,
} from '@tributary/engine';
import { dealsBehind, monthBehind } from '../behind.js';
import type { Archived } from '../format.js';
import { groupBy } from '../group-by.js';
import { canonicalHash } from '../hashing.js';
import { ownScopes, walkScope } from '../scopes.js';
import { dealKey, explanationOf, type Story } from '../story.js';
import { type Check, sameInstant } from './context.js';

type Entry = Archived<'commission.entry.accrued.v1'>;

/** Every amount is worked out again by the fold, from inputs that are those of the recorded events. */
export const checkAmounts: Check = ({ story, againstKind, against }) => {
  for (const entry of story.entries.values()) {
    for (const what of flawsOfExplanation(story, entry)) againstKind('qualification', what, entry.event.data.entryId);
    for (const key of dealsBehind(entry.event)) {
      const [dealId, version] = key.split('#');
      if (!story.deals.has(key)) against(entry, `rests on version ${version} of deal ${dealId}, which is not here`);
    }
  }
  for (const deal of story.deals.values()) {
    if (deal.event.data.documentHash !== canonicalHash(deal.event.data.terms))
      against(deal, 'its document hash is not the hash of its terms');
  }
  for (const entries of groupBy(story.entries.values(), ({ event }) => event.data.scope).values())
    for (const [entry, what] of strangersIn(entries)) against(entry, what);
  for (const entries of ownScopes(story.entries.values())) for (const [entry, what] of flawsOfScope(entries)) against(entry, what);
};

function flawsOfExplanation(story: Story, entry: Entry): string[] {
  const { data } = entry.event;
  const explanation = explanationOf(entry.event);
  const again = recomputed(explanation);
  if (again === undefined) return ['cannot be computed again: its inputs are not those of a fold'];
  const flaws: string[] = [];
  if (!again.agrees)
    flaws.push(`the fold of its inputs does not lead to it: an entitlement of ${again.entitlement}, a posting of ${again.amount}`);
  if (again.amount !== BigInt(data.amount)) flaws.push(`recomputes to ${again.amount}, and the entry is ${data.amount}`);
  if (isAdjustment(explanation)) return [...flaws, ...flawsOfAdjustment(explanation, data)];
  if (data.dealId === null || data.dealVersion === null) flaws.push('names no deal, and is no adjustment');
  if (monthBehind(entry.event) !== null) return flaws;
  if (data.conversionId === null) flaws.push('names no conversion, and is neither an adjustment nor rated by the month');
  const { fold } = explanation;
  if (fold === null) return flaws;
  if (fold.engineVersion !== data.engineVersion) flaws.push(`was made by ${fold.engineVersion}, and the entry names ${data.engineVersion}`);
  if (fold.scope !== data.scope || fold.component !== data.component)
    flaws.push(`explains scope ${fold.scope}, and the entry posts to ${data.scope}`);
  if (fold.result.currency !== data.currency) flaws.push(`is in ${fold.result.currency}, and the entry in ${data.currency}`);
  if (fold.inputs.deal.dealId !== data.dealId || fold.inputs.deal.version !== data.dealVersion)
    flaws.push('was rated by another deal version than the entry names');
  if (fold.inputs.conversion.conversionId !== data.conversionId) flaws.push('explains another conversion than the entry names');
  return [...flaws, ...flawsOfBeneficiary(fold, data), ...flawsOfInputs(story, fold)];
}

/** The entry goes to whom the fold gives it: the conversion's own partner, one that shares it, one above, or one who funds it. */
function flawsOfBeneficiary(fold: Explanation, data: Entry['event']['data']): string[] {
  const { conversion, deal } = fold.inputs;
  const flaws: string[] = [];
  const partnerId = foldedScope(fold)?.partnerId;
  if (partnerId !== undefined && partnerId !== data.partnerId) flaws.push(`earns for ${partnerId}, and the entry is of ${data.partnerId}`);
  if (conversion.conversionId !== data.conversionId)
    flaws.push(`is of conversion ${conversion.conversionId}, and the entry of ${data.conversionId}`);
  if (deal.dealId !== data.dealId || deal.version !== data.dealVersion)
    flaws.push(`is by version ${deal.version} of deal ${deal.dealId}, and the entry by version ${data.dealVersion} of ${data.dealId}`);
  return flaws;
}

/** An adjustment is explained by itself: what it says must be what was posted, and by whom. */
function flawsOfAdjustment({ adjustment }: AdjustmentExplanation, data: Entry['event']['data']): string[] {
  const flaws: string[] = [];
  const same =
    data.scope === adjustmentScope(adjustment.adjustmentId) &&
    data.partnerId === adjustment.partnerId &&
    data.brandId === adjustment.brandId &&
    data.currency === adjustment.currency &&
    data.dealAuthorId === adjustment.makerId &&
    sameInstant(data.occurredAt, adjustment.occurredAt);
  if (!same) flaws.push('is of another adjustment than the entry');
  if (data.reason !== 'adjustment' || data.conversionId !== null || data.dealId !== null)
    flaws.push('is of an adjustment, and the entry goes back to a conversion or a deal');
  return flaws;
}

function recomputed(explanation: EntryExplanation): ReturnType<typeof recomputePosting> | undefined {
  try {
    return recomputePosting(explanation);
  } catch {
    return undefined;
  }
}

/** What went into the fold is what was recorded. */
function flawsOfInputs(story: Story, { inputs }: Explanation): string[] {
  const flaws = [inputs.deal, ...(inputs.otherDeals ?? [])].flatMap((deal) =>
    isDealAsRecorded(story, deal) ? [] : [`version ${deal.version} of deal ${deal.dealId} is not what was recorded of it`],
  );
  for (const input of [inputs.conversion, ...inputs.refunds]) {
    if (!isRecorded(story, input, input === inputs.conversion))
      flaws.push(`conversion ${input.conversionId} is not what was recorded of it`);
  }
  return flaws;
}

function isDealAsRecorded(story: Story, deal: DealVersion): boolean {
  const key = dealKey(deal.dealId, deal.version);
  const versioned = story.deals.get(key)?.event.data;
  return (
    versioned !== undefined &&
    canonicalJson(versioned.terms) === canonicalJson(deal.terms) &&
    versioned.partnerId === deal.partnerId &&
    versioned.brandId === deal.brandId &&
    (deal.programId === null || versioned.programId === deal.programId) &&
    (story.activations.has(key) ? 'active' : versioned.status) === deal.status &&
    sameInstant(versioned.effectiveFrom, deal.effectiveFrom)
  );
}

function isRecorded(story: Story, input: ConversionInput, isOriginal: boolean): boolean {
  return (story.conversions.get(input.conversionId) ?? []).some(
    ({ event: { data } }) =>
      data.eventId === input.eventId &&
      data.kind === input.kind &&
      data.brandId === input.brandId &&
      data.programId === input.programId &&
      (data.partnerId === input.partnerId || !isOriginal) &&
      sameInstant(data.occurredAt, input.occurredAt) &&
      (data.amount === null ? null : String(data.amount)) === input.amount &&
      data.currency === input.currency &&
      data.originalConversionId === input.originalConversionId &&
      (input.customerId === undefined || data.customerId === input.customerId) &&
      (input.details === undefined || canonicalJson(data.details ?? null) === canonicalJson(input.details)),
  );
}

/** Postings of one scope are of one partner, deal, component and currency: what takes back takes from who was given. */
function strangersIn([first, ...others]: readonly Entry[]): [Entry, string][] {
  const ownerOf = ({ event: { data } }: Entry) => [data.partnerId, data.brandId, data.dealId, data.component, data.currency].join(' ');
  return others.flatMap((one): [Entry, string][] =>
    first === undefined || ownerOf(one) === ownerOf(first)
      ? []
      : [[one, `posts to the scope of another than entry ${first.event.data.entryId}`]],
  );
}

/** The postings of a scope lead from nothing, each from where another ended, without a gap. */
function flawsOfScope(entries: readonly Entry[]): [Entry, string][] {
  const { rest, net } = walkScope(entries);
  return rest.map((one) => [
    one,
    `says that ${explanationOf(one.event).postedBefore} were posted before it, and the entries here make ${net}`,
  ]);
}
