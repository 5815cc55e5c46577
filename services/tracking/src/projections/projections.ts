import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Arrival } from '../conversions/awaited-store.js';
import { enrollmentKey } from '../conversions/domain/attribute.js';

/** Of several snapshots of one thing in a batch only the newest is written: an upsert cannot touch a row twice. */
function newest<E extends { subject: string; sequence?: number | undefined }>(events: readonly E[]): E[] {
  const bySubject = new Map<string, E>();
  for (const event of events) {
    const other = bySubject.get(event.subject);
    if (other === undefined || (event.sequence ?? 0) > (other.sequence ?? 0)) bySubject.set(event.subject, event);
  }
  return [...bySubject.values()].sort((a, b) => (a.subject < b.subject ? -1 : 1));
}

export async function onBrandChanged(tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]): Promise<void> {
  const latest = newest(events);
  await tx.query(
    /* sql */ `
    INSERT INTO brands AS b (brand_id, currency, time_zone, status, default_program_id, program_ids, window_days, clicks_are_events, sequence)
    SELECT brand_id, currency, time_zone, status, default_program_id, ARRAY(SELECT jsonb_array_elements_text(program_ids)), window_days,
      clicks_are_events, sequence
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::int[], $8::bool[], $9::bigint[])
      e (brand_id, currency, time_zone, status, default_program_id, program_ids, window_days, clicks_are_events, sequence)
    ON CONFLICT (brand_id) DO UPDATE SET currency = excluded.currency, time_zone = excluded.time_zone, status = excluded.status,
      default_program_id = excluded.default_program_id, program_ids = excluded.program_ids, window_days = excluded.window_days,
      clicks_are_events = excluded.clicks_are_events, sequence = excluded.sequence
    WHERE excluded.sequence > b.sequence`,
    [
      latest.map(({ data }) => data.brandId),
      latest.map(({ data }) => data.currency),
      latest.map(({ data }) => data.timeZone),
      latest.map(({ data }) => data.status),
      latest.map(({ data }) => data.defaultProgramId),
      latest.map(({ data }) => JSON.stringify(data.programIds)),
      latest.map(({ data }) => data.policy.attributionWindowDays),
      latest.map(({ data }) => data.policy.clicksAreEvents ?? false),
      latest.map((event) => event.sequence ?? 0),
    ],
  );
  await keepEnrollmentPolicies(tx, events);
}

/** Every snapshot's, not only the newest one's: enrolments that come later ask what held at their own instant. */
async function keepEnrollmentPolicies(tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]): Promise<void> {
  await tx.query(
    /* sql */ `
    INSERT INTO enrollment_policies (brand_id, sequence, are_events, changed_at)
    SELECT brand_id, sequence, are_events, changed_at
    FROM unnest($1::text[], $2::bigint[], $3::bool[], $4::timestamptz[]) e (brand_id, sequence, are_events, changed_at)
    ORDER BY brand_id, sequence ON CONFLICT DO NOTHING`,
    [
      events.map(({ data }) => data.brandId),
      events.map((event) => event.sequence ?? 0),
      events.map(({ data }) => data.policy.enrollmentsAreEvents ?? false),
      events.map(({ data }) => data.changedAt),
    ],
  );
}

export async function onPartnerChanged(tx: Tx, events: readonly EventOf<'directory.partner.changed.v1'>[]): Promise<void> {
  const latest = newest(events);
  await tx.query(
    /* sql */ `
    INSERT INTO partners AS p (partner_id, status, sequence)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
    ON CONFLICT (partner_id) DO UPDATE SET status = excluded.status, sequence = excluded.sequence WHERE excluded.sequence > p.sequence`,
    [latest.map(({ data }) => data.partnerId), latest.map(({ data }) => data.status), latest.map((event) => event.sequence ?? 0)],
  );
}

/** Keeps the enrolment and says that it has come, for whatever was waiting for it. */
export function onEnrollmentChanged(arrived: (tx: Tx, arrivals: readonly Arrival[]) => Promise<void>) {
  return async (tx: Tx, events: readonly EventOf<'directory.enrollment.changed.v1'>[]): Promise<void> => {
    const latest = newest(events);
    await tx.query(
      /* sql */ `
      INSERT INTO enrollments AS e (enrollment_id, partner_id, brand_id, program_id, status, changed_at, sequence, enrolled_at, traceparent)
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bigint[], $8::timestamptz[], $9::text[])
      ON CONFLICT (enrollment_id) DO UPDATE SET status = excluded.status, changed_at = excluded.changed_at, sequence = excluded.sequence,
        enrolled_at = excluded.enrolled_at
      WHERE excluded.sequence > e.sequence`,
      [
        latest.map(({ data }) => data.enrollmentId),
        latest.map(({ data }) => data.partnerId),
        latest.map(({ data }) => data.brandId),
        latest.map(({ data }) => data.programId),
        latest.map(({ data }) => data.status),
        latest.map(({ data }) => data.changedAt),
        latest.map((event) => event.sequence ?? 0),
        latest.map(({ data }) => data.enrolledAt),
        latest.map((event) => event.traceparent ?? ''),
      ],
    );
    await arrived(
      tx,
      latest.map(({ data }) => ({ kind: 'enrollment', key: enrollmentKey(data.partnerId, data.programId), brandId: data.brandId })),
    );
  };
}
