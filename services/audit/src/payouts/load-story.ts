import { type ArchivedEvent, conversionsBehind, dealKeyOf, entriesLeadingTo, type Story, storyOf } from '@tributary/evidence';
import { everything, type Scope } from '@tributary/service-kit';
import type { ArchiveStore } from '../archive/archive-store.js';

/**
 * Everything that the archive holds of a payout, found by the ids in the events alone. Undefined when the caller may not see the payout.
 * What lies behind it is then read for all brands: the seal of its run names payouts of other brands, by id.
 */
export async function loadStory(archive: ArchiveStore, scope: Scope, payoutId: string): Promise<Story | undefined> {
  const visible = await archive.byIds(scope, [payoutId]);
  const created = visible.flatMap(({ event }) => (event.type === 'payouts.payout.created.v1' ? [event.data as { runId: string }] : []));
  const runId = created[0]?.runId;
  if (runId === undefined) return undefined;

  const found = new Map<number, ArchivedEvent>();
  const keep = (events: readonly ArchivedEvent[]) => {
    for (const one of events) found.set(one.chain.sequence, one);
    return storyOf(payoutId, [...found.values()]);
  };
  const story = keep([...visible, ...(await archive.byIds(everything, [payoutId])), ...(await archive.byIds(everything, [runId]))]);
  const entryIds = story.lines.map(({ entryId }) => entryId);
  return withDeals(archive, await withConversions(archive, keep(await archive.byIds(everything, entryIds)), keep), keep);
}

type Keep = (events: readonly ArchivedEvent[]) => Story;

/** With the conversions behind the entries, their refunds, and the earlier entries of the same scopes; until nothing names another. */
async function withConversions(archive: ArchiveStore, ofLines: Story, keep: Keep): Promise<Story> {
  const lines = new Set(ofLines.lines.map(({ entryId }) => entryId));
  const entries = new Map(ofLines.entries);
  const asked = new Set<string>();
  for (let story = ofLines; ; ) {
    const named = [...story.conversions.keys(), ...[...story.entries.values()].flatMap(({ event }) => conversionsBehind(event))];
    const next = [...new Set(named)].filter((id) => !asked.has(id));
    if (next.length === 0) return story;
    for (const id of next) asked.add(id);
    const about = await archive.byIds(everything, next);
    for (const [id, entry] of storyOf(story.payoutId, about).entries) entries.set(id, entry);
    const needed = entriesLeadingTo(lines, entries.values());
    story = keep([
      ...about.filter(({ event }) => event.type !== 'commission.entry.accrued.v1'),
      ...[...entries.values()].filter(({ event }) => needed.has(event.data.entryId)),
    ]);
  }
}

/** With the versions of deals that the entries name. */
async function withDeals(archive: ArchiveStore, story: Story, keep: Keep): Promise<Story> {
  const named = [...story.entries.values()].map(({ event }) => event.data);
  const wanted = new Set(named.map(dealKeyOf));
  const found = storyOf(
    story.payoutId,
    await archive.byIds(
      everything,
      named.flatMap(({ dealId }) => dealId ?? []),
    ),
  );
  return keep([...found.deals, ...found.activations].flatMap(([key, event]) => (wanted.has(key) ? [event] : [])));
}
