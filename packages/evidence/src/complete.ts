import { brandBehind, dealsBehind, monthBehind, policiesBehind } from './behind.js';
import { statedCircumstances } from './circumstances.js';
import { ratesBehind } from './fx-rates.js';
import { ownScopes, walkScope } from './scopes.js';
import { attributionIn, conversionsBehind, explanationOf, hasOwnScope, type Story } from './story.js';

/** The hops between click and settlement that have not arrived in the archive, in words; none when the evidence is complete. */
export function missingHops(story: Story): string[] {
  const missing: string[] = [];
  const first = story.parts[0]?.event.data;
  if (first === undefined) return [`payout ${story.payoutId}`];
  for (let part = 1; part <= first.parts; part += 1) {
    if (!story.parts.some(({ event }) => event.data.part === part)) missing.push(`part ${part} of payout ${story.payoutId}`);
  }
  for (const { entryId } of story.lines) missing.push(...missingOfLine(story, entryId));
  for (const entryId of story.entries.keys()) missing.push(...missingBehind(story, entryId));
  for (const key of policiesBehind(story))
    if (!story.policies.has(key)) missing.push(`version ${key.split('#')[1]} of the routing table of ${key.split('#')[0]}`);
  missing.push(...missingPostings(story));
  if (story.seal === undefined) missing.push(`seal of run ${first.runId}`);
  if (story.clearance === undefined) missing.push(`clearance of run ${first.runId}`);
  for (const step of ['submitted', 'settled'] as const) {
    if (!story.steps.some(({ event }) => event.type === `payouts.payout.${step}.v1`))
      missing.push(`${step === 'submitted' ? 'submission' : 'settlement'} of payout ${story.payoutId}`);
  }
  const booked = story.postings.some(
    ({ event }) => event.data.payoutId === story.payoutId && event.data.legs.some((leg) => leg.account === 'paid'),
  );
  if (!booked) missing.push(`ledger posting that settles payout ${story.payoutId}`);
  return [...new Set(missing)];
}

/** What every paid line needs besides what every entry does. */
function missingOfLine(story: Story, entryId: string): string[] {
  if (!story.entries.has(entryId)) return [`entry ${entryId}`];
  const missing: string[] = [];
  if (!story.decisions.has(entryId)) missing.push(`approval of entry ${entryId}`);
  if (
    !story.postings.some(({ event }) => event.data.entryId === entryId && event.data.legs.some((leg) => leg.account === 'brand-expense'))
  ) {
    missing.push(`ledger posting of entry ${entryId}`);
  }
  return missing;
}

/** What an amount was worked out from: for lines, and for the entries that lead to them. */
function missingBehind(story: Story, entryId: string): string[] {
  const entry = story.entries.get(entryId);
  if (entry === undefined) return [];
  const { adjusts } = entry.event.data;
  const missing = conversionsBehind(entry.event)
    .filter((conversionId) => !story.conversions.has(conversionId))
    .map((conversionId) => `conversion ${conversionId}`);
  for (const key of dealsBehind(entry.event)) {
    const name = `version ${key.split('#')[1]} of deal ${key.split('#')[0]}`;
    if (story.deals.get(key)?.event.data.status === 'draft' && !story.activations.has(key)) missing.push(`activation of ${name}`);
    if (!story.deals.has(key)) missing.push(name);
  }
  missing.push(...missingCircumstances(story, entry));
  if (adjusts !== null && hasOwnScope(entry.event) && !story.entries.has(adjusts)) missing.push(`entry ${adjusts}`);
  return missing;
}

/** What circumstances, rates and months are held against. Of whom nothing was known nothing may ever have been told. */
function missingCircumstances(story: Story, { event }: NonNullable<ReturnType<Story['entries']['get']>>): string[] {
  const missing = statedCircumstances(story, event)
    .filter(({ told, nothingKnown }) => told.length === 0 && !nothingKnown)
    .map(({ id }) => `snapshot of ${id}`);
  missing.push(...ratesBehind(story, event).missing);
  const brandId = brandBehind(event);
  if (brandId !== null && !story.brands.has(brandId)) missing.push(`snapshot of ${brandId}`);
  const { entryId, statementId } = event.data;
  if (monthBehind(event) !== null && !story.statements.has(statementId ?? ''))
    missing.push(`statement that entry ${entryId} was posted with`);
  return missing;
}

/** The postings of a scope lead from nothing to each entry: where one does not, those between have not arrived. */
const missingPostings = (story: Story): string[] =>
  ownScopes(story.entries.values())
    .flatMap((entries) => walkScope(entries).rest)
    .map(({ event: { data, ...event } }) => {
      const { postedBefore } = explanationOf({ ...event, data });
      return `posting that brought scope ${data.scope} to ${postedBefore}, before entry ${data.entryId}`;
    });

/**
 * What has been reported of the conversions of a story but not judged yet, as far as the archive knows: their ratings, those of their
 * refunds, and of what was attributed later. Ratings are no part of a bundle, so that only the archive can tell.
 */
export function missingOutcomes(story: Story): string[] {
  const behind = new Set([...story.entries.values()].flatMap(({ event }) => conversionsBehind(event)));
  return [...story.conversions.keys()].flatMap((conversionId) => {
    const decided = attributionIn(story, conversionId)?.event;
    if (decided === undefined) return [];
    const { originalConversionId, partnerId } = decided.data;
    if (!behind.has(conversionId) && !behind.has(originalConversionId ?? '')) return [];
    const rated = (story.ratings.get(conversionId) ?? []).map(({ event }) => event.data).sort((a, b) => a.rating - b.rating);
    const last = rated.at(-1);
    if (last === undefined) return [`rating of conversion ${conversionId}`];
    // Who is credited changes the outcome of an original always, that of a refund not.
    const ratedAgain = decided.type === 'tracking.conversion.attributed.v1' && partnerId !== null && originalConversionId === null;
    if (!ratedAgain || last.partnerId === partnerId || postedTo(story, conversionId, partnerId)) return [];
    return [`rating of conversion ${conversionId} as attributed to ${partnerId}`];
  });
}

const postedTo = (story: Story, conversionId: string, partnerId: string): boolean =>
  [...story.entries.values()].some(({ event: { data } }) => data.conversionId === conversionId && data.partnerId === partnerId);
