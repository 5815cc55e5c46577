import { brandBehind, dealsBehind, monthBehind, policiesBehind } from './behind.js';
import { statedCircumstances } from './circumstances.js';
import { missingHops, missingOutcomes } from './complete.js';
import { type Archived, type ArchivedEvent, type EventKind, type EvidenceRecord, eventKinds, formatName, formatVersion } from './format.js';
import { ratesBehind } from './fx-rates.js';
import { monthEventsOf } from './month-events.js';
import { statementBehind } from './statements.js';
import { attributionIn, type Conversion, conversionsBehind, explanationOf, type Story } from './story.js';

/** The end of the chain at the time of making. */
export interface ChainHead {
  sequence: number;
  hash: string;
  /** ISO instant. */
  at: string;
}

export type Assembled = { complete: true; records: EvidenceRecord[] } | { complete: false; missing: string[] };

/**
 * The records of a payout's bundle, in the order of the road from deal to settlement. Pure: the same story and head give the same
 * records. Nothing is made while a hop is missing.
 */
export function assemble(story: Story, head: ChainHead, madeAt: string): Assembled {
  const missing = [...missingHops(story), ...missingOutcomes(story)];
  if (missing.length > 0) return { complete: false, missing };
  const entries = [...story.entries.values()].sort(bySequence);
  const months = entries.flatMap(({ event }): MonthEvents[] => {
    const summed = monthEventsOf(story, event);
    return summed.length === 0 ? [] : [{ entryId: event.data.entryId, summed: summed.map((one) => one.event) }];
  });
  const ofMonths = months.flatMap(({ summed }) => summed.map(({ data }) => data.conversionId));
  const conversionIds = [...new Set([...entries.flatMap(({ event }) => conversionsBehind(event)), ...ofMonths])];
  const keys = [...new Set(entries.flatMap(({ event }) => dealsBehind(event)))];
  const deals = keys.flatMap((key): ArchivedEvent[] => [story.deals.get(key) ?? [], story.activations.get(key) ?? []].flat());
  const header = {
    format: formatName,
    formatVersion,
    payoutId: story.payoutId,
    engineVersions: [...new Set(entries.map(({ event }) => event.data.engineVersion))].sort(),
    madeAt,
  };
  const records: EvidenceRecord[] = [
    { kind: 'header', body: header },
    ...recordsOf('deal-version', deals),
    ...recordsOf('snapshot', once(entries.flatMap((entry) => snapshotsOf(story, entry)))),
    ...recordsOf('fx-rate', once(entries.flatMap(({ event }) => ratesBehind(story, event).found))),
    ...recordsOf(
      'conversion',
      conversionIds.flatMap((id) => story.conversions.get(id) ?? []),
    ),
    ...conversionIds.flatMap((id) => attributionRecord(story, id)),
    ...recordsOf('statement', once(entries.flatMap((entry) => statementsOf(story, entry)))),
    ...months.map(
      ({ entryId, summed }): EvidenceRecord => ({ kind: 'month-events', body: { entryId, events: summed.map(({ id }) => id) } }),
    ),
    ...entries.map(({ chain, event: { data, ...event } }): EvidenceRecord => {
      const { explanation: _apart, ...rest } = data;
      return { kind: 'entry', body: { chain, event: { ...event, data: rest } } };
    }),
    ...entries.map(
      ({ event }): EvidenceRecord => ({ kind: 'qualification', body: { entryId: event.data.entryId, explanation: explanationOf(event) } }),
    ),
    ...recordsOf(
      'routing-policy',
      policiesBehind(story).flatMap((key) => story.policies.get(key) ?? []),
    ),
    ...recordsOf('approval', [...story.decisions.values()].flat()),
    ...recordsOf('payout', story.parts),
    ...recordsOf('run-seal', story.seal ? [story.seal] : []),
    ...recordsOf('clearance', story.clearance ? [story.clearance] : []),
    ...recordsOf('ledger-posting', story.postings),
    ...recordsOf(
      'submission',
      story.steps.filter(({ event }) => isKind('submission', event.type)),
    ),
    ...recordsOf(
      'settlement',
      story.steps.filter(({ event }) => isKind('settlement', event.type)),
    ),
    { kind: 'chain-head', body: head },
  ];
  return { complete: true, records };
}

type StoredEntry = Archived<'commission.entry.accrued.v1'>;

interface MonthEvents {
  entryId: string;
  summed: readonly Archived<Conversion>['event'][];
}

/** The snapshots that say what an entry states of those concerned; where none does, the last told: the check names the difference. */
function snapshotsOf(story: Story, { event }: StoredEntry): ArchivedEvent[] {
  const stated = statedCircumstances(story, event).flatMap(({ agreeing, told }) => agreeing ?? told.at(-1) ?? []);
  return [...stated, ...(story.brands.get(brandBehind(event) ?? '') ?? [])];
}

function statementsOf(story: Story, { event }: StoredEntry): ArchivedEvent[] {
  if (monthBehind(event) === null) return [];
  const own = statementBehind(story, event);
  return own ? [own] : (story.statements.get(event.data.statementId ?? '') ?? []);
}

/** Each event once, in the order of the chain. */
const once = (archived: readonly ArchivedEvent[]): ArchivedEvent[] =>
  [...new Map(archived.map((one) => [one.chain.sequence, one])).values()].sort(bySequence);

const isKind = (kind: EventKind, type: string): boolean => (eventKinds[kind] as readonly string[]).includes(type);
const bySequence = (a: ArchivedEvent, b: ArchivedEvent): number => a.chain.sequence - b.chain.sequence;
const recordsOf = (kind: EventKind, archived: readonly ArchivedEvent[]): EvidenceRecord[] =>
  archived.map(({ chain, event }) => ({ kind, body: { chain, event } }));

function attributionRecord(story: Story, conversionId: string): EvidenceRecord[] {
  const decided = attributionIn(story, conversionId);
  if (decided === undefined) return [];
  const { partnerId, unattributedReason, attribution } = decided.event.data;
  return [{ kind: 'attribution', body: { conversionId, eventId: decided.event.id, partnerId, unattributedReason, attribution } }];
}
