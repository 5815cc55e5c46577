import type { Outbox, Tx } from '@tributary/messaging';
import { eventIdOfEnrollment } from './domain/check-event.js';
import type { Hmac } from './domain/content.js';
import type { Incoming, Outcome } from './incoming.js';
import { intake } from './intake.js';
import { incomingEvent } from './read-event.js';

/** An approved enrolment that is to be a conversion by itself. */
export interface EnrollmentToRecord {
  id: string;
  partnerId: string;
  brandId: string;
  programId: string;
  enrolledAt: Date;
  traceparent: string;
}

/**
 * Records enrolments as conversions of kind `enrollment` of the partner who was enrolled, at the instant of the approval, through the
 * one way in for events. An enrolment that is one already stays the one it is.
 */
export const recordEnrollments = (
  tx: Tx,
  outbox: Outbox,
  hmac: Hmac,
  enrollments: readonly EnrollmentToRecord[],
  now: Date,
): Promise<Outcome[]> =>
  intake(
    tx,
    outbox,
    enrollments.map((enrollment) => eventOf(enrollment, hmac, now)),
    now,
  );

function eventOf({ id, partnerId, brandId, programId, enrolledAt, traceparent }: EnrollmentToRecord, hmac: Hmac, now: Date): Incoming {
  const said = {
    type: 'enrollment',
    eventId: eventIdOfEnrollment(id),
    brandId,
    programId,
    partnerId,
    occurredAt: enrolledAt.toISOString(),
  };
  const actor = { actorId: 'system:tracking', actorKind: 'system' as const };
  return incomingEvent(said, { now, source: 'enrollment', traceparent, actor, brandIds: [] }, hmac);
}
