import { instantMs } from '@tributary/calendar';

export interface Placed {
  occurredAt: string;
  eventId: string;
  conversionId: string;
}

/** Order in which everything is computed: `occurredAt`, then `eventId`, then the conversion's id. */
export const inCanonicalOrder = (a: Placed, b: Placed): number =>
  instantMs(a.occurredAt) - instantMs(b.occurredAt) || byText(a.eventId, b.eventId) || byText(a.conversionId, b.conversionId);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
