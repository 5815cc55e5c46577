import { missingHops, missingOutcomes } from './complete.js';
import { type ArchivedEvent, type EventKind, type EvidenceRecord, eventKinds, formatName, formatVersion } from './format.js';
import { attributionIn, conversionsBehind, dealKeyOf, explanationOf, type Story } from './story.js';

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
  const conversionIds = [...new Set(entries.flatMap(({ event }) => conversionsBehind(event)))];
  const keys = [...new Set(entries.flatMap(({ event }) => dealKeyOf(event.data) ?? []))];
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
    ...recordsOf(
      'conversion',
      conversionIds.flatMap((id) => story.conversions.get(id) ?? []),
    ),
    ...conversionIds.flatMap((id) => attributionRecord(story, id)),
    ...entries.map(({ chain, event: { data, ...event } }): EvidenceRecord => {
      const { explanation: _apart, ...rest } = data;
      return { kind: 'entry', body: { chain, event: { ...event, data: rest } } };
    }),
    ...entries.map(
      ({ event }): EvidenceRecord => ({ kind: 'qualification', body: { entryId: event.data.entryId, explanation: explanationOf(event) } }),
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
