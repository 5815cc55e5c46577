import type { Envelope } from '@tributary/contracts';

/** What stands beside an event: for lists, and for what it is found by. */
export const columnsOf = (event: Envelope) => ({
  eventId: event.id,
  type: event.type,
  subject: event.subject,
  about: aboutOf(event),
  brandId: event.brandid ?? null,
  partnerId: event.partnerid ?? null,
});

/**
 * Members at the top of an event's data that name something, the most telling first. Verification makes this column again for every record
 * there is: another member, or another order, needs a column of its own or a rewriting of the old ones.
 */
const members = ['entryId', 'payoutId', 'conversionId', 'originalConversionId', 'statementId'] as const;

/**
 * The one thing besides its subject that an event is found by: a posting by its entry or payout, an entry by its conversion, a refund by
 * its original, what a month came to by its statement. A run is found by what was said of the run as a whole: what merely belongs to one may be millions of records.
 */
function aboutOf({ type, subject, data }: Envelope): string | null {
  const named = (data ?? {}) as Record<string, unknown>;
  const candidates: unknown[] = members.map((member) => named[member]);
  if (type.includes('.run.')) candidates.push(named['runId']);
  if (type === 'notifications.message.sent.v1') candidates.push(named['about']);
  const about = candidates.find((id) => typeof id === 'string' && id !== '' && id !== subject);
  return (about as string | undefined) ?? null;
}
