import { newId } from '@tributary/contracts';
import type { Outbox, Tx } from '@tributary/messaging';

/** Groups of clicks added up in one transaction. */
const most = 5000;

// Taking the tallies away is the note that they were published: both commit together, so each click is counted exactly once.
const take = /* sql */ `
WITH taken AS (
    DELETE FROM click_tallies t USING (SELECT id FROM click_tallies ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) first
    WHERE t.id = first.id RETURNING t.*
  ),
  counted AS (
    SELECT c.link_id, date_trunc('minute', c.at) AS minute, count(*)::int AS clicks, count(*) FILTER (WHERE c.is_unique)::int AS unique_clicks
    FROM taken t, unnest(t.link_ids, t.clicked_at, t.are_unique) c (link_id, at, is_unique) GROUP BY 1, 2
  )
SELECT l.brand_id AS "brandId", l.partner_id AS "partnerId", c.link_id AS "linkId", c.minute, c.clicks, c.unique_clicks AS "uniqueClicks",
  (SELECT count(*) FROM taken)::int AS groups
FROM counted c LEFT JOIN links l ON l.id = c.link_id ORDER BY c.minute, c.link_id`;

interface Count {
  brandId: string;
  partnerId: string;
  linkId: string;
  minute: Date;
  clicks: number;
  uniqueClicks: number;
  groups: number;
}

/** Publishes clicks that are not yet published as counts per link and minute. Answers whether there may be more. */
export async function countClicks(tx: Tx, outbox: Outbox): Promise<boolean> {
  const { rows } = await tx.query<Count>(take, [most]);
  await outbox.append(
    tx,
    { correlationId: 'count-clicks', actorId: 'system:tracking', actorKind: 'system' },
    rows.map(({ minute, groups: _, ...count }) => {
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
  return rows[0]?.groups === most;
}
