import { type ArchivedEvent, eventsOfMonth, monthBehind, mostMonthEvents, type Story, storyOf } from '@tributary/evidence';
import { everything } from '@tributary/service-kit';
import type { ArchiveStore, PlaceOfEvents } from '../archive/archive-store.js';

/** So many events of a month are shown in a trace; those of a month too large to be proved by them are not read further. */
export const shownOfMonth = 20;
/** What is read of a month that is proved by its events: some may have come, or left, since it was rated. */
const mostRead = 4 * mostMonthEvents;

/** The events that the months of a story were summed up from, with their refunds; of large months only the first. */
export async function loadMonths(archive: ArchiveStore, story: Story): Promise<ArchivedEvent[]> {
  const places = new Map<string, { place: PlaceOfEvents; limit: number }>();
  for (const { event } of story.entries.values()) {
    const inputs = monthBehind(event)?.fold.inputs;
    const [first, last] = [inputs?.versions[0], inputs?.versions.at(-1)];
    if (inputs === undefined || first === undefined || last === undefined) continue;
    const events = eventsOfMonth(event);
    if (events === 0) continue;
    const kinds = [...new Set(inputs.facts.map(({ on }) => on))].sort();
    const place = { brandId: inputs.brandId, partnerId: inputs.partnerId, kinds, from: first.from, to: last.to };
    const limit = events > mostMonthEvents ? shownOfMonth : mostRead;
    places.set(JSON.stringify([place, limit]), { place, limit });
  }
  const ids: string[] = [];
  for (const { place, limit } of places.values()) ids.push(...(await archive.conversionsAt(place, limit)));
  const { conversions, ratings } = storyOf(story.payoutId, await archive.byIds(everything, ids));
  return [...conversions.values(), ...ratings.values()].flat();
}
