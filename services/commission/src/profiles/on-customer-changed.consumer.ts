import type { EventOf, Tx } from '@tributary/messaging';

type Snapshot = EventOf<'tracking.customer.changed.v1'>;

/** Keeps what terms may ask of a customer. Whose his conversions are each of them says itself. */
export async function onCustomerChanged(tx: Tx, events: readonly Snapshot[]): Promise<void> {
  const bySubject = new Map<string, Snapshot>();
  for (const event of events) {
    if ((event.sequence ?? 0) > (bySubject.get(event.subject)?.sequence ?? -1)) bySubject.set(event.subject, event);
  }
  const latest = [...bySubject.values()];
  await tx.query(
    `INSERT INTO customer (customer_id, brand_id, sequence, standing) SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::jsonb[]) AS new(customer_id)
     ORDER BY new.customer_id
     ON CONFLICT (customer_id) DO UPDATE SET sequence = excluded.sequence, standing = excluded.standing WHERE excluded.sequence > customer.sequence`,
    [
      latest.map(({ data }) => data.customerId),
      latest.map(({ data }) => data.brandId),
      latest.map(({ sequence }) => sequence ?? 0),
      latest.map(({ data: { tags, country, kycVerifiedAt, excludedFrom, assignments } }) =>
        JSON.stringify({ tags, country, kycVerifiedAt, excludedFrom, assignments }),
      ),
    ],
  );
}
