import type { Tx } from '@tributary/messaging';
import { eventIdOfClick } from '../conversions/domain/check-event.js';
import { firstIdOf, timeOfClickId } from '../ids.js';
import { slackMs } from './click-store.js';
import { type DueClick, onePerVisit } from './domain/one-per-visit.js';
import { uniqueWithinMs } from './recent-visits.js';

const most = 1000;

// One at a time, so that each sees what the others have made.
const lock = /* sql */ `SELECT pg_advisory_xact_lock(hashtext('tracking.click-events'))`;
// Taking them away and making the conversions commit together.
const take = /* sql */ `
DELETE FROM click_events_due d USING (SELECT click_id FROM click_events_due ORDER BY click_id LIMIT $1) first
WHERE d.click_id = first.click_id RETURNING d.click_id AS id`;
// Clicks of two processes, or one that lay in a spool, may each have been stored as their visitor's first; one of them earns. The bound on
// ids spares partitions.
const find = /* sql */ `
SELECT c.id, c.link_id AS "linkId", c.brand_id AS "brandId", c.clicked_at AS "clickedAt", c.visitor, c.traceparent
FROM unnest($1::text[]) w (id) JOIN clicks c ON c.id = w.id
WHERE NOT EXISTS (
  SELECT FROM clicks p JOIN conversion_keys k ON k.brand_id = p.brand_id AND k.event_id = $3 || p.id
  WHERE p.link_id = c.link_id AND p.visitor = c.visitor AND p.id >= $2
    AND p.clicked_at > c.clicked_at - interval '24 hours' AND p.clicked_at < c.clicked_at + interval '24 hours')`;

type Row = DueClick & { brandId: string; traceparent: string };

/** Hands the clicks that are due to `record`, which makes conversions of them. Answers what it answered and whether there may be more. */
export async function takeClickEvents<O>(
  tx: Tx,
  record: (clicks: readonly Row[]) => Promise<O[]>,
): Promise<{ outcomes: O[]; more: boolean }> {
  await tx.query(lock);
  const { rows: taken } = await tx.query<{ id: string }>(take, [most]);
  if (taken.length === 0) return { outcomes: [], more: false };
  const ids = taken.map(({ id }) => id).sort();
  const oldestMs = timeOfClickId(ids[0] ?? '') ?? 0;
  const { rows } = await tx.query<Row>(find, [ids, firstIdOf('clk', oldestMs - uniqueWithinMs - slackMs), eventIdOfClick('')]);
  return { outcomes: await record(onePerVisit(rows, uniqueWithinMs)), more: taken.length === most };
}
