import { type Consumer, contextOf, type EventOf } from '@tributary/messaging';
import { keepClawbackPolicies } from '../entries/clawback-store.js';
import type { Parts } from '../parts.js';
import { reconsider } from '../shared/reconsider.js';

/** Of several snapshots of one subject the highest sequence. */
function newest<E extends { sequence?: number | undefined }>(events: readonly E[], idOf: (event: E) => string): E[] {
  const highest = new Map<string, E>();
  for (const event of events) if ((event.sequence ?? 0) > (highest.get(idOf(event))?.sequence ?? -1)) highest.set(idOf(event), event);
  return [...highest.values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

/** Keeps what paying needs, and reconsiders what was refunded after it had been paid, if the brand says otherwise for it. */
export function onBrandChanged({ outbox, clock, name }: Parts): Consumer<EventOf<'directory.brand.changed.v1'>> {
  return async (tx, events) => {
    const [first] = events;
    if (!first) return;
    await storeBrands(tx, events);
    const ids = await keepClawbackPolicies(tx, events);
    await reconsider(tx, outbox, ids, { byEntry: new Map(), otherwise: contextOf(first, name) }, clock.now(), [], new Set(ids));
  };
}

const storeBrands: Consumer<EventOf<'directory.brand.changed.v1'>> = async (tx, events) => {
  const rows = newest(events, ({ data }) => data.brandId);
  await tx.query(
    `INSERT INTO brand_profile (brand_id, sequence, currency, time_zone, status, minimum_payout, finance_threshold)
     SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
     ON CONFLICT (brand_id) DO UPDATE SET sequence = excluded.sequence, currency = excluded.currency, time_zone = excluded.time_zone, status = excluded.status,
       minimum_payout = excluded.minimum_payout, finance_threshold = excluded.finance_threshold WHERE excluded.sequence > brand_profile.sequence`,
    [
      rows.map(({ data }) => data.brandId),
      rows.map(({ sequence }) => sequence ?? 0),
      rows.map(({ data }) => data.currency),
      rows.map(({ data }) => data.timeZone),
      rows.map(({ data }) => data.status),
      rows.map(({ data }) => data.policy.minimumPayout),
      rows.map(({ data }) => data.policy.financeThreshold),
    ],
  );
};

export const onPartnerChanged: Consumer<EventOf<'directory.partner.changed.v1'>> = async (tx, events) => {
  const rows = newest(events, ({ data }) => data.partnerId);
  await tx.query(
    `INSERT INTO partner_profile (partner_id, sequence, status, tags, risk_level) SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::jsonb[], $5::text[])
     ON CONFLICT (partner_id) DO UPDATE SET sequence = excluded.sequence, status = excluded.status, tags = excluded.tags, risk_level = excluded.risk_level
     WHERE excluded.sequence > partner_profile.sequence`,
    [
      rows.map(({ data }) => data.partnerId),
      rows.map(({ sequence }) => sequence ?? 0),
      rows.map(({ data }) => data.status),
      rows.map(({ data }) => JSON.stringify(data.tags)),
      rows.map(({ data }) => data.riskLevel),
    ],
  );
};

export const onEnrollmentChanged: Consumer<EventOf<'directory.enrollment.changed.v1'>> = async (tx, events) => {
  const rows = newest(events, ({ data }) => data.enrollmentId);
  await tx.query(
    `INSERT INTO enrollment_profile (enrollment_id, sequence, partner_id, brand_id, status) SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[])
     ON CONFLICT (enrollment_id) DO UPDATE SET sequence = excluded.sequence, partner_id = excluded.partner_id, brand_id = excluded.brand_id, status = excluded.status
     WHERE excluded.sequence > enrollment_profile.sequence`,
    [
      rows.map(({ data }) => data.enrollmentId),
      rows.map(({ sequence }) => sequence ?? 0),
      rows.map(({ data }) => data.partnerId),
      rows.map(({ data }) => data.brandId),
      rows.map(({ data }) => data.status),
    ],
  );
};
