import type { Tx } from '@tributary/messaging';

const most = 1000;

/** An approved enrolment that is to be an event. */
interface DueEnrollment {
  id: string;
  partnerId: string;
  brandId: string;
  programId: string;
  enrolledAt: Date;
  traceparent: string;
}

// Looked for and not queued: whichever of brand and enrolment comes last makes the enrolment due, also when the two crossed each other.
// At an instant that policy holds which the newest snapshot from then or before says. Taking them and making the conversions commit together.
const take = /* sql */ `
WITH due AS (
  SELECT e.enrollment_id
  FROM (SELECT brand_id, min(changed_at) AS first_on FROM enrollment_policies WHERE are_events GROUP BY brand_id) p
  JOIN brands b USING (brand_id)
  JOIN enrollments e ON e.brand_id = p.brand_id AND e.enrolled_at >= p.first_on AND NOT e.event_made
  WHERE e.program_id = ANY (b.program_ids) AND (
    SELECT h.are_events FROM enrollment_policies h
    WHERE h.brand_id = e.brand_id AND h.changed_at <= e.enrolled_at ORDER BY h.sequence DESC LIMIT 1)
  ORDER BY e.enrollment_id LIMIT $1 FOR UPDATE OF e SKIP LOCKED)
UPDATE enrollments e SET event_made = true FROM due WHERE e.enrollment_id = due.enrollment_id
RETURNING e.enrollment_id AS id, e.partner_id AS "partnerId", e.brand_id AS "brandId", e.program_id AS "programId",
  e.enrolled_at AS "enrolledAt", e.traceparent`;

/** Hands approved enrolments that are to be events to `record`, which makes conversions of them. Answers what it answered and whether there may be more. */
export async function takeEnrollmentEvents<O>(
  tx: Tx,
  record: (enrollments: readonly DueEnrollment[]) => Promise<O[]>,
): Promise<{ outcomes: O[]; more: boolean }> {
  const { rows } = await tx.query<DueEnrollment>(take, [most]);
  if (rows.length === 0) return { outcomes: [], more: false };
  const inOrder = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { outcomes: await record(inOrder), more: rows.length === most };
}
