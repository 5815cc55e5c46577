import { isRefundKind } from '@tributary/engine';
import { monthBehind } from './behind.js';
import type { Archived } from './format.js';
import { groupBy } from './group-by.js';
import { type MonthPlace, sumsDiffer, versionFor } from './month-sums.js';
import { type Conversion, dealKey, revisionOf, type Story } from './story.js';

type Entry = Archived<'commission.entry.accrued.v1'>['event'];

/**
 * A month of more events than this is not proved by them: its statement stands for it, with the hash of its content. What was summed up
 * can be had from the archive by partner and month, and recalculation sums it up again.
 */
export const mostMonthEvents = 500;

/** How many events an entry that is rated by the month rests on; 0 for any other. */
export const eventsOfMonth = (entry: Entry): number =>
  (monthBehind(entry)?.fold.inputs.facts ?? []).reduce((sum, { events }) => sum + events, 0);

/** The places by which events of an entry's month may be summed up: in the zone of its terms, else in one that its brand has had. */
export function placesOf(story: Story, entry: Entry): MonthPlace[] {
  const inputs = monthBehind(entry)?.fold.inputs;
  if (inputs === undefined) return [];
  const last = inputs.versions.at(-1);
  const programId = last && story.deals.get(dealKey(inputs.dealId, last.version))?.event.data.programId;
  if (inputs.facts.every(({ date }) => date === null)) return [{ inputs, programId, timeZone: null }];
  const ofBrand = (story.brands.get(inputs.brandId) ?? []).map(({ event }) => event.data.timeZone);
  const zones = last?.terms.timeZone === undefined ? [...new Set(ofBrand)].reverse() : [last.terms.timeZone];
  return zones.map((timeZone) => ({ inputs, programId, timeZone }));
}

/**
 * The events that the sums of an entry's month were made of: what had been told of them when it was rated. Which that were is found by
 * the sums: of what the archive holds, the latest moment at which it came to them. When it never did, all that it holds: the check says
 * what is amiss.
 */
export function monthEventsOf(story: Story, entry: Entry): Archived<Conversion>[] {
  const places = placesOf(story, entry);
  const [place] = places;
  const events = eventsOfMonth(entry);
  if (place === undefined || events === 0 || events > mostMonthEvents) return [];
  const told = candidates(story, place);
  const moments = [...new Set(told.map(({ event }) => event.time))].sort().reverse();
  for (const moment of moments) {
    const known = knownAt(place, told, moment);
    if (
      places.some(
        (one) =>
          sumsDiffer(
            one,
            known.map(({ event }) => event.data),
          ) === null,
      )
    )
      return known;
  }
  return moments[0] === undefined ? [] : knownAt(place, told, moments[0]);
}

/** The conversions of an entry's month, earliest first: those that it was summed up from, of a month too large for that those at hand. */
export function conversionsOfMonth(story: Story, entry: Entry): string[] {
  const [place] = placesOf(story, entry);
  if (place === undefined) return [];
  const summed = monthEventsOf(story, entry);
  const all = summed.length > 0 ? summed : candidates(story, place);
  const originals = all.filter(({ event }) => !isRefundKind(event.data.kind));
  const ordered = originals.sort((a, b) => Date.parse(a.event.data.occurredAt) - Date.parse(b.event.data.occurredAt));
  return [...new Set(ordered.map(({ event }) => event.data.conversionId))];
}

/** Everything told of conversions that were the month's at any time, and of their refunds. */
function candidates(story: Story, place: MonthPlace): Archived<Conversion>[] {
  const ofMonth = [...story.conversions].filter(([, told]) => told.some(({ event }) => versionFor(place, event.data) !== undefined));
  const ids = new Set(ofMonth.map(([conversionId]) => conversionId));
  const refunds = [...story.conversions.values()].filter(([first]) => {
    const { kind, originalConversionId } = first?.event.data ?? {};
    return isRefundKind(kind ?? '') && ids.has(originalConversionId ?? '');
  });
  return [...ofMonth.map(([, told]) => told), ...refunds].flat();
}

/** The last telling of each by a moment, of those that counted then. */
function knownAt(place: MonthPlace, told: readonly Archived<Conversion>[], moment: string): Archived<Conversion>[] {
  const by = groupBy(
    told.filter(({ event }) => event.time <= moment),
    ({ event }) => event.data.conversionId,
  );
  const latest = [...by.values()].map((all) => all.reduce((last, one) => (revisionOf(one) > revisionOf(last) ? one : last)));
  const counting = latest.filter(({ event }) => versionFor(place, event.data) !== undefined);
  const ids = new Set(counting.map(({ event }) => event.data.conversionId));
  const refunds = latest.filter(({ event: { data } }) => isRefundKind(data.kind) && ids.has(data.originalConversionId ?? ''));
  return [...counting, ...refunds];
}
