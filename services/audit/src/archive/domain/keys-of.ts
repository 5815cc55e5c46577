import type { Envelope } from '@tributary/contracts';

/** By what a record can be found, besides type, subject, brand and partner. */
export type KeyKind = 'entry' | 'payout' | 'run' | 'conversion' | 'click' | 'deal-version' | 'correlation' | 'cause';
export interface RecordKey {
  kind: KeyKind;
  id: string;
}

/** Members at the top of an event's data that name something. */
const members: readonly [string, KeyKind][] = [
  ['entryId', 'entry'],
  ['payoutId', 'payout'],
  ['conversionId', 'conversion'],
  ['causeConversionId', 'conversion'],
  ['originalConversionId', 'conversion'],
  ['clickId', 'click'],
];

/**
 * The ids in an event. A run is found by what was said of the run as a whole, a deal version by the event that wrote it: what merely
 * belongs to one may be millions of records. A payout is found by the entries of its lines too.
 */
export function keysOf(event: Envelope): RecordKey[] {
  const data = (event.data ?? {}) as Record<string, unknown>;
  const candidates: [KeyKind, unknown][] = [
    ['correlation', event.correlationid],
    ['cause', event.causationid],
    ...members.map(([member, kind]): [KeyKind, unknown] => [kind, data[member]]),
    ['click', (data['attribution'] as { clickId?: unknown } | null | undefined)?.clickId],
    ...entriesOfLines(data).map((id): [KeyKind, unknown] => ['entry', id]),
  ];
  if (event.type.includes('.run.')) candidates.push(['run', data['runId']]);
  if (event.type === 'commission.deal.versioned.v1')
    candidates.push(['deal-version', `${String(data['dealId'])}#${String(data['version'])}`]);
  if (event.type === 'notifications.message.sent.v1') candidates.push(['payout', data['about']]);

  const keys = new Map<string, RecordKey>();
  for (const [kind, id] of candidates) if (typeof id === 'string' && id !== '') keys.set(`${kind} ${id}`, { kind, id });
  return [...keys.values()];
}

const entriesOfLines = (data: Record<string, unknown>): unknown[] =>
  Array.isArray(data['lines']) ? (data['lines'] as { entryId?: unknown }[]).map(({ entryId }) => entryId) : [];
