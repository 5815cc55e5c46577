import type { Envelope } from '@tributary/contracts';

/** What stands beside an event for lists. */
export const columnsOf = (event: Envelope) => ({
  eventId: event.id,
  type: event.type,
  subject: event.subject,
  brandId: event.brandid ?? null,
  partnerId: event.partnerid ?? null,
});
