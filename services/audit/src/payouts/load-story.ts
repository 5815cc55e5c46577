import { type ArchivedEvent, conversionsBehind, dealKey, entriesLeadingTo, type Story, storyOf } from '@tributary/evidence';
import { everything, type Scope } from '@tributary/service-kit';
import type { ArchiveStore } from '../archive/archive-store.js';

/**
 * Everything that the archive holds of a payout, found by the ids in the events alone. Undefined when the caller may not see the payout.
 * What lies behind it is then read for all brands: the seal of its run names payouts of other brands, by id.
 */
export async function loadStory(archive: ArchiveStore, scope: Scope, payoutId: string): Promise<Story | undefined> {
  const visible = await archive.byKeys(scope, 'payout', [payoutId]);
  const created = visible.flatMap(({ event }) => (event.type === 'payouts.payout.created.v1' ? [event.data as { runId: string }] : []));
  const runId = created[0]?.runId;
  if (runId === undefined) return undefined;

  const found = new Map<number, ArchivedEvent>();
  const keep = (events: readonly ArchivedEvent[]) => {
    for (const one of events) found.set(one.chain.sequence, one);
    return storyOf(payoutId, [...found.values()]);
  };
  const story = keep([
    ...visible,
    ...(await archive.byKeys(everything, 'payout', [payoutId])),
    ...(await archive.byKeys(everything, 'run', [runId])),
  ]);
  const entryIds = story.lines.map(({ entryId }) => entryId);
  return withDeals(archive, await withConversions(archive, keep(await archive.byKeys(everything, 'entry', entryIds)), keep), keep);
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
    const about = await archive.byKeys(everything, 'conversion', next);
    for (const [id, entry] of storyOf(story.payoutId, about).entries) entries.set(id, entry);
    const needed = entriesLeadingTo(lines, entries.values());
    story = keep([
      ...about.filter(({ event }) => event.type !== 'commission.entry.accrued.v1'),
      ...[...entries.values()].filter(({ event }) => needed.has(event.data.entryId)),
    ]);
  }
}

async function withDeals(archive: ArchiveStore, story: Story, keep: Keep): Promise<Story> {
  const deals = [...story.entries.values()].map(({ event }) => dealKey(event.data.dealId, event.data.dealVersion));
  return keep(await archive.byKeys(everything, 'deal-version', [...new Set(deals)]));
}
