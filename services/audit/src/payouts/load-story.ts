import { type Archived, type ArchivedEvent, conversionsBehind, dealKey, explanationOf, type Story, storyOf } from '@tributary/evidence';
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
  const entries = [...keep(await archive.byKeys(everything, 'entry', entryIds)).entries.values()];
  const conversionIds = [...new Set(entries.flatMap(({ event }) => conversionsBehind(event)))];
  const aboutConversions = await archive.byKeys(everything, 'conversion', conversionIds);
  const whole = keep(aboutConversions.filter(isNeeded(entries)));
  const deals = [...whole.entries.values()].map(({ event }) => dealKey(event.data.dealId, event.data.dealVersion));
  return keep(await archive.byKeys(everything, 'deal-version', [...new Set(deals)]));
}

/** Of other entries of the same conversions only those that were posted to the same scopes before; whatever order they arrived in. */
function isNeeded(entries: readonly Archived<'commission.entry.accrued.v1'>[]) {
  const own = new Set(entries.map(({ event }) => event.data.entryId));
  const lastIn = new Map<string, number>();
  for (const { event } of entries) {
    if (explanationOf(event)?.running !== null) continue;
    const recordedAt = Date.parse(event.data.recordedAt);
    lastIn.set(event.data.scope, Math.max(recordedAt, lastIn.get(event.data.scope) ?? recordedAt));
  }
  return ({ event }: ArchivedEvent): boolean => {
    if (event.type !== 'commission.entry.accrued.v1') return true;
    const { entryId, scope, recordedAt } = event.data as { entryId: string; scope: string; recordedAt: string };
    return own.has(entryId) || Date.parse(recordedAt) <= (lastIn.get(scope) ?? Number.NEGATIVE_INFINITY);
  };
}
