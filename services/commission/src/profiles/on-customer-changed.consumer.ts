import { contextOf, type EventOf, type Tx } from '@tributary/messaging';
import type { RateAgain } from '../shared/rate-again.js';
import { lockBooks } from './brand-store.js';
import { newest } from './newest.js';

type Snapshot = EventOf<'tracking.customer.changed.v1'>;

/** Keeps what terms may ask of a customer, and rates the customer's conversions again. Whose they are each of them says itself. */
export const onCustomerChanged =
  (parts: { rateAgain: RateAgain; clock: { now(): Date } }) =>
  async (tx: Tx, all: readonly Snapshot[]): Promise<void> => {
    const events = newest(all);
    await lockBooks(tx, [...new Set(events.map(({ data }) => data.brandId))]);
    const changed = await save(tx, events);
    for (const event of events.filter(({ data }) => changed.has(data.customerId))) {
      const { brandId, customerId } = event.data;
      const affected = { brandId, partnerId: null, customerId, from: '-infinity', trigger: 'circumstances' } as const;
      await parts.rateAgain(tx, affected, contextOf(event, 'commission'), parts.clock.now());
    }
  };

/** Returns of whom it said something new. */
async function save(tx: Tx, latest: readonly Snapshot[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ customerId: string }>(
    `INSERT INTO customer (customer_id, brand_id, sequence, standing) SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::jsonb[]) AS new(customer_id)
     ORDER BY new.customer_id
     ON CONFLICT (customer_id) DO UPDATE SET sequence = excluded.sequence, standing = excluded.standing WHERE excluded.sequence > customer.sequence
     RETURNING customer_id AS "customerId"`,
    [
      latest.map(({ data }) => data.customerId),
      latest.map(({ data }) => data.brandId),
      latest.map(({ sequence }) => sequence ?? 0),
      latest.map(({ data: { tags, country, kycVerifiedAt, excludedFrom, assignments } }) =>
        JSON.stringify({ tags, country, kycVerifiedAt, excludedFrom, assignments }),
      ),
    ],
  );
  return new Set(rows.map(({ customerId }) => customerId));
}
