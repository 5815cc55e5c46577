import { createEnrollment, listEnrollments, newId } from '@tributary/contracts';
import type { NewEvent, Outbox } from '@tributary/messaging';
import { command, created, decodeIdCursor, ok, page, query, reject } from '@tributary/service-kit';
import type { Enrollment, EnrollmentStore } from './enrollment-store.js';

export interface EnrollmentParts {
  enrollments: EnrollmentStore;
  outbox: Outbox;
}

export const createEnrollmentRoute = ({ enrollments, outbox }: EnrollmentParts) =>
  command(createEnrollment, async ({ params, body, tx, now, context }) => {
    const partnerSeen = await enrollments.seesPartner(tx, params.partnerId);
    if (partnerSeen === 'erased') return reject('partner-erased');
    const brand = await enrollments.programsOf(tx, body.brandId);
    if (!partnerSeen || !brand)
      return reject('not-found', { detail: partnerSeen ? 'There is no such brand.' : 'There is no such partner.' });
    const programId = body.programId ?? brand.defaultProgramId;
    if (!brand.programIds.includes(programId))
      return reject('program-not-of-brand', { errors: [{ pointer: '/programId', rule: 'program-not-of-brand' }] });
    const enrollment: Enrollment = {
      id: newId('enrollment'),
      partnerId: params.partnerId,
      brandId: body.brandId,
      programId,
      status: 'active',
      enrolledAt: now,
      sequence: 1,
    };
    if (!(await enrollments.insert(tx, enrollment))) return reject('enrollment-exists');
    await outbox.append(tx, context, [enrollmentChanged(enrollment, now)]);
    return created(view(enrollment));
  });

export const listEnrollmentsRoute = ({ enrollments }: EnrollmentParts) =>
  query(listEnrollments, async ({ params, query: { limit, cursor }, scope }) => {
    const found = await enrollments.listOf(scope, params.partnerId, limit + 1, decodeIdCursor(cursor));
    return found ? ok(page(found.map(view), limit, (enrollment) => enrollment.id)) : reject('not-found');
  });

const view = ({ sequence: _, enrolledAt, ...rest }: Enrollment) => ({ ...rest, enrolledAt: enrolledAt.toISOString() });

function enrollmentChanged(enrollment: Enrollment, now: Date): NewEvent<'directory.enrollment.changed.v1'> {
  const { id, sequence, enrolledAt, ...rest } = enrollment;
  return {
    type: 'directory.enrollment.changed.v1',
    subject: id,
    partnerId: enrollment.partnerId,
    brandId: enrollment.brandId,
    sequence,
    time: now,
    data: { enrollmentId: id, ...rest, enrolledAt: enrolledAt.toISOString(), changedAt: now.toISOString() },
  };
}
