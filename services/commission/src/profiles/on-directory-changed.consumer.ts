import type { DataOf } from '@tributary/contracts';
import { contextOf, type EventOf, type Tx } from '@tributary/messaging';
import type { RateAgain } from '../shared/rate-again.js';
import { lockBooks } from './brand-store.js';
import { newest } from './newest.js';

/**
 * Keeps what commission needs of brands. Conversions that came before their brand have waited for its currency and zone: they are rated
 * now.
 */
export const onBrandChanged =
  (parts: { rateAgain: RateAgain; clock: { now(): Date } }) =>
  async (tx: Tx, all: readonly EventOf<'directory.brand.changed.v1'>[]): Promise<void> => {
    const events = newest(all);
    await lockBooks(
      tx,
      events.map(({ data }) => data.brandId),
    );
    for (const event of events) {
      if (await saveBrand(tx, event.data, event.sequence ?? 0)) {
        await parts.rateAgain(
          tx,
          { brandId: event.data.brandId, partnerId: null, from: '-infinity' },
          contextOf(event, 'commission'),
          parts.clock.now(),
        );
      }
    }
  };

/** Returns whether the brand has not been known before. */
async function saveBrand(tx: Tx, brand: DataOf<'directory.brand.changed.v1'>, sequence: number): Promise<boolean> {
  const { rows } = await tx.query<{ fresh: boolean }>(
    `INSERT INTO brand (brand_id, sequence, currency, time_zone, status, default_program_id, program_ids, hold_days, term_defaults)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (brand_id) DO UPDATE SET sequence = excluded.sequence, currency = excluded.currency, time_zone = excluded.time_zone, status = excluded.status,
       default_program_id = excluded.default_program_id, program_ids = excluded.program_ids, hold_days = excluded.hold_days, term_defaults = excluded.term_defaults
     WHERE excluded.sequence > brand.sequence
     RETURNING (xmax = 0) AS fresh`,
    [
      brand.brandId,
      sequence,
      brand.currency,
      brand.timeZone,
      brand.status,
      brand.defaultProgramId,
      brand.programIds,
      brand.policy.holdDays,
      JSON.stringify(brand.policy.terms ?? {}),
    ],
  );
  return rows[0]?.fresh ?? false;
}

export async function onEnrollmentChanged(tx: Tx, all: readonly EventOf<'directory.enrollment.changed.v1'>[]): Promise<void> {
  const events = newest(all);
  await tx.query(
    `INSERT INTO enrollment (enrollment_id, sequence, partner_id, brand_id, program_id, status)
     SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[]) AS new(enrollment_id) ORDER BY new.enrollment_id
     ON CONFLICT (enrollment_id) DO UPDATE SET sequence = excluded.sequence, status = excluded.status WHERE excluded.sequence > enrollment.sequence`,
    [
      events.map(({ data }) => data.enrollmentId),
      events.map(({ sequence }) => sequence ?? 0),
      events.map(({ data }) => data.partnerId),
      events.map(({ data }) => data.brandId),
      events.map(({ data }) => data.programId),
      events.map(({ data }) => data.status),
    ],
  );
}
