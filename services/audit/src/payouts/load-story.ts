import {
  type ArchivedEvent,
  brandBehind,
  conversionsBehind,
  dealsBehind,
  entriesLeadingTo,
  policiesBehind,
  rateDaysBehind,
  type Story,
  snapshotsBehind,
  storyOf,
} from '@tributary/evidence';
import { everything, type Scope } from '@tributary/service-kit';
import type { ArchiveStore } from '../archive/archive-store.js';
import { loadMonths } from './load-months.js';

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
  const whole = await withConversions(archive, keep(await archive.byIds(everything, entryIds)), keep);
  const routed = await withPolicies(archive, whole, keep);
  const proved = await withCircumstances(archive, await withDeals(archive, routed, keep), keep);
  return keep(await loadMonths(archive, proved));
}

type Keep = (events: readonly ArchivedEvent[]) => Story;

/**
 * With the conversions behind the entries, their refunds, the statements that entries were posted with, and the earlier entries of the
 * same scopes; until nothing names another.
 */
async function withConversions(archive: ArchiveStore, ofLines: Story, keep: Keep): Promise<Story> {
  const lines = new Set(ofLines.lines.map(({ entryId }) => entryId));
  const entries = new Map(ofLines.entries);
  const asked = new Set<string>();
  for (let story = ofLines; ; ) {
    const named = [...story.conversions.keys(), ...[...story.entries.values()].flatMap(({ event }) => originsOf(event))];
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

type Entry = Parameters<typeof conversionsBehind>[0];
/** What the entries of one scope are found by. */
const originsOf = (entry: Entry): string[] => [...conversionsBehind(entry), ...(entry.data.statementId ? [entry.data.statementId] : [])];

/** With the versions of deals that the entries rest on. */
async function withDeals(archive: ArchiveStore, story: Story, keep: Keep): Promise<Story> {
  const wanted = new Set([...story.entries.values()].flatMap(({ event }) => dealsBehind(event)));
  const dealIds = [...wanted].map((key) => key.split('#')[0] ?? '');
  const found = storyOf(story.payoutId, await archive.byIds(everything, dealIds));
  return keep([...found.deals, ...found.activations].flatMap(([key, event]) => (wanted.has(key) ? [event] : [])));
}

/** With the routing tables that say who had to decide on the entries. */
async function withPolicies(archive: ArchiveStore, story: Story, keep: Keep): Promise<Story> {
  const wanted = new Set(policiesBehind(story));
  const brandIds = [...wanted].map((key) => key.split('#')[0] ?? '');
  const { policies } = storyOf(story.payoutId, await archive.byIds(everything, brandIds));
  return keep([...policies].flatMap(([key, event]) => (wanted.has(key) ? [event] : [])));
}

/** With every snapshot of those whose circumstances were looked at, and the rates of the days concerned. */
async function withCircumstances(archive: ArchiveStore, story: Story, keep: Keep): Promise<Story> {
  const entries = [...story.entries.values()].map(({ event }) => event);
  const ids = entries.flatMap((entry) => [...snapshotsBehind(entry), ...(brandBehind(entry) ? [brandBehind(entry) ?? ''] : [])]);
  const { brands, partners, customers, verdicts } = storyOf(story.payoutId, await archive.byIds(everything, ids));
  const days = [...new Set(entries.flatMap(rateDaysBehind))];
  const rates = days.length === 0 ? [] : await archive.ratesOf(days);
  return keep([...brands.values(), ...partners.values(), ...customers.values(), ...verdicts.values(), rates].flat());
}
