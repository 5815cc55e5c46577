import { newId } from '@tributary/contracts';
import type { Outbox, Tx } from '@tributary/messaging';

/** Tallies added up in one transaction. */
const most = 20_000;

// Taking the tallies away is the note that they were published: both commit together, so each click is counted exactly once.
const take = /* sql */ `
WITH taken AS (
  DELETE FROM click_tallies t USING (SELECT id FROM click_tallies ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) first
  WHERE t.id = first.id RETURNING t.*
)
SELECT brand_id AS "brandId", partner_id AS "partnerId", link_id AS "linkId", minute, sum(clicks)::int AS clicks, sum(unique_clicks)::int AS "uniqueClicks",
  count(*)::int AS tallies
FROM taken GROUP BY 1, 2, 3, 4 ORDER BY minute, link_id`;

interface Count {
  brandId: string;
  partnerId: string;
  linkId: string;
  minute: Date;
  clicks: number;
  uniqueClicks: number;
  tallies: number;
}

/** Publishes clicks that are not yet published as counts per link and minute. Answers whether there may be more. */
export async function countClicks(tx: Tx, outbox: Outbox): Promise<boolean> {
  const { rows } = await tx.query<Count>(take, [most]);
  await outbox.append(
    tx,
    { correlationId: 'count-clicks', actorId: 'system:tracking', actorKind: 'system' },
    rows.map(({ minute, tallies: _, ...count }) => {
      const countId = newId('event');
      return {
        type: 'tracking.clicks.counted.v1',
        subject: count.linkId,
        partnerId: count.partnerId,
        brandId: count.brandId,
        data: { countId, ...count, minute: minute.toISOString() },
        context: { correlationId: countId, actorId: 'system:tracking', actorKind: 'system' },
      };
    }),
  );
  return rows.reduce((sum, row) => sum + row.tallies, 0) === most;
}
