import { conversionKinds, type RejectionCode, type TrackingEventBody } from '@tributary/contracts';
import { isCurrency } from '@tributary/money';

/** Furthest that an event may lie ahead of our clock. */
export const furthestAheadMs = 5 * 60_000;

const reversals: ReadonlySet<string> = new Set(['refund', 'chargeback']);
const needAmount: ReadonlySet<string> = new Set(['sale', 'deposit', 'challenge-purchase', 'refund', 'chargeback']);

/** What was not played has an amount or nothing; gross revenue and what belongs to it are of player activity and kinds unknown to us. */
const ofAmounts: ReadonlySet<string> = new Set(conversionKinds.filter((kind) => kind !== 'player-activity'));

/** Refunds and chargebacks take back another conversion. */
export const isReversal = (kind: string): boolean => reversals.has(kind);

/** What tracking calls the events that it makes of clicks; a sender that took such an id first would keep the click from being paid. */
export const eventIdOfClick = (clickId: string): string => `click:${clickId}`;
/** The same for enrolments. */
export const eventIdOfEnrollment = (enrollmentId: string): string => `enrollment:${enrollmentId}`;
const reservedStarts = [eventIdOfClick('clk_'), eventIdOfEnrollment('enr_')];

/** Why an event cannot be accepted, whatever else is known; undefined when nothing speaks against it. */
export function flawOfEvent(event: TrackingEventBody, now: Date): RejectionCode | undefined {
  if (event.eventId === undefined && event.allowUnkeyed !== true) return 'event-without-key';
  if (reservedStarts.some((start) => event.eventId?.startsWith(start))) return 'event-id-reserved';
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
  return flawOfDetails(event);
}

function flawOfDetails(event: TrackingEventBody): RejectionCode | undefined {
  const { type, currency, quantity, lots, lines, discount, grossRevenue, turnover, deductions } = event;
  if (type === 'player-activity' && currency === undefined) return 'currency-required';
  if (quantity !== undefined && lots !== undefined) return 'quantity-given-twice';
  const hasFigures = grossRevenue !== undefined || turnover !== undefined || deductions !== undefined;
  if (hasFigures && ofAmounts.has(type)) return 'figures-not-of-kind';
  if ((hasFigures || lines !== undefined || discount !== undefined) && currency === undefined) return 'amount-without-currency';
  if (lines !== undefined && !addUp(lines, discount ?? 0, event.amount)) return 'lines-do-not-add-up';
  return undefined;
}

/** Sums may leave the range in which numbers are exact. */
const addUp = (lines: readonly { amount: number }[], discount: number, amount: number | undefined): boolean =>
  amount !== undefined && lines.reduce((sum, line) => sum + BigInt(line.amount), 0n) - BigInt(discount) === BigInt(amount);
