import type { DataOf } from '@tributary/contracts';
import type { NewEvent } from '@tributary/messaging';
import { assignmentAt } from '../conversions/domain/assignment.js';
import type { CustomerRecord } from './customer-store.js';
import { reassignmentsIn, standingOf } from './domain/customer-history.js';

type Snapshot = DataOf<'tracking.customer.changed.v1'>;

/** What is told of a customer, at an instant, over HTTP and in events alike. */
function toldOf(customer: CustomerRecord, now: Date): Pick<Snapshot, Exclude<keyof Snapshot, 'customerId' | 'changedAt'>> {
  const { tags, kycVerifiedAt, excludedFrom } = standingOf(customer.changes);
  const assignments = reassignmentsIn(customer.changes);
  return {
    brandId: customer.brandId,
    partnerId: assignmentAt(assignments, now)?.partnerId ?? customer.partnerId,
    tags: tags.map(({ tag, effectiveFrom, effectiveTo, recordedAt }) => ({
      tag,
      effectiveFrom: effectiveFrom.toISOString(),
      effectiveTo: effectiveTo?.toISOString() ?? null,
      recordedAt: recordedAt.toISOString(),
    })),
    country: customer.country,
    kycVerifiedAt: kycVerifiedAt?.toISOString() ?? null,
    excludedFrom: excludedFrom?.toISOString() ?? null,
    assignments: assignments.map(({ partnerId, effectiveFrom, recordedAt, reason }) => ({
      partnerId,
      effectiveFrom: effectiveFrom.toISOString(),
      recordedAt: recordedAt.toISOString(),
      reason,
    })),
  };
}

/** A customer as the API shows him. */
export const customerView = (customer: CustomerRecord, now: Date) => ({
  id: customer.id,
  boundAt: customer.boundAt?.toISOString() ?? null,
  createdAt: customer.createdAt.toISOString(),
  ...toldOf(customer, now),
  history: customer.changes.map(({ number, change, value, effectiveFrom, reason, recordedAt, recordedBy }) => ({
    number,
    change,
    value,
    effectiveFrom: effectiveFrom.toISOString(),
    reason,
    recordedAt: recordedAt.toISOString(),
    recordedBy,
  })),
});

/** What a partner sees of a customer of his: not who else had him, nor who recorded what for which reason. */
export const forPartner = (view: ReturnType<typeof customerView>, partnerId: string): typeof view => ({
  ...view,
  partnerId: view.partnerId === partnerId ? partnerId : null,
  assignments: view.assignments.filter((one) => one.partnerId === partnerId),
  history: [],
});

/** The snapshot that tells the other services of a customer. No keys: they are personal data. */
export function customerChanged(customer: CustomerRecord, now: Date): NewEvent<'tracking.customer.changed.v1'> {
  const told = toldOf(customer, now);
  return {
    type: 'tracking.customer.changed.v1',
    subject: customer.id,
    brandId: customer.brandId,
    ...(told.partnerId === null ? {} : { partnerId: told.partnerId }),
    sequence: customer.changes.at(-1)?.number ?? 0,
    time: now,
    data: { customerId: customer.id, ...told, changedAt: now.toISOString() },
  };
}
