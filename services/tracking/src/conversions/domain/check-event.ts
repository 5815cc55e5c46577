import type { RejectionCode, TrackingEventBody } from '@tributary/contracts';
import { isCurrency } from '@tributary/money';

/** Furthest that an event may lie ahead of our clock. */
export const furthestAheadMs = 5 * 60_000;

const reversals: ReadonlySet<string> = new Set(['refund', 'chargeback']);
const needAmount: ReadonlySet<string> = new Set(['sale', 'deposit', 'challenge-purchase', 'refund', 'chargeback']);

/** Refunds and chargebacks take back another conversion. */
export const isReversal = (kind: string): boolean => reversals.has(kind);

/** Why an event cannot be accepted, whatever else is known; undefined when nothing speaks against it. */
export function flawOfEvent(event: TrackingEventBody, now: Date): RejectionCode | undefined {
  if (event.eventId === undefined && event.allowUnkeyed !== true) return 'event-without-key';
  if (Date.parse(event.occurredAt) > now.getTime() + furthestAheadMs) return 'event-in-future';
  if (isReversal(event.type)) {
    if (event.originalEventId === undefined) return 'original-required';
  } else if (
    event.clickId === undefined &&
    event.customerKey === undefined &&
    event.couponCode === undefined &&
    event.partnerId === undefined
  ) {
    return 'event-without-reference';
  }
  if (event.amount === undefined) {
    if (needAmount.has(event.type)) return 'amount-required';
  } else if (event.currency === undefined) return 'amount-without-currency';
  if (event.currency !== undefined && !isCurrency(event.currency)) return 'currency-unknown';
  return undefined;
}
