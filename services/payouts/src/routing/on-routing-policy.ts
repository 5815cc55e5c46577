import type { Consumer, EventOf } from '@tributary/messaging';

/** Keeps the tables that say who approves payouts; those for commissions are not of here. */
export const onRoutingPolicy: Consumer<EventOf<'approvals.routing-policy.accepted.v1'>> = async (tx, events) => {
  const told = events.map(({ data }) => data).filter(({ appliesTo }) => appliesTo === 'payouts');
  await tx.query(
    `INSERT INTO payout_routing_policy (brand_id, version, effective_from, accepted_at, rows)
     SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::jsonb[]) ON CONFLICT (brand_id, version) DO NOTHING`,
    [
      told.map(({ brandId }) => brandId),
      told.map(({ version }) => version),
      told.map(({ effectiveFrom }) => effectiveFrom),
      told.map(({ acceptedAt }) => acceptedAt),
      told.map(({ rows }) => JSON.stringify(rows)),
    ],
  );
};
