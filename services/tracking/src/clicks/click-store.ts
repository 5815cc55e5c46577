import type pg from 'pg';
import { firstIdOf, timeOfClickId } from '../ids.js';
import type { NewClick } from './domain/click.js';

const uniqueWithinMs = 24 * 3_600_000;
/** Ids follow the wall clock and clicks the business clock, which may be a little apart. */
const slackMs = 3_600_000;

// One statement, one round trip: clicks and the tallies of what was really written. A click written twice (its answer was lost, so it
// was spooled too) counts once. The bound on ids spares the look for earlier visits all partitions but the last.
const insert = /* sql */ `
WITH input AS (
    SELECT *, row_number() OVER (PARTITION BY link_id, visitor ORDER BY clicked_at, id) AS visit
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::bool[], $9::text[], $10::text[], $11::jsonb[], $12::text[])
      c (id, link_id, partner_id, brand_id, program_id, clicked_at, visitor, is_bot, device, referrer_host, sub_ids, traceparent)
  ),
  written AS (
    INSERT INTO clicks (id, link_id, partner_id, brand_id, program_id, clicked_at, visitor, is_unique, is_bot, device, referrer_host, sub_ids, traceparent)
    SELECT i.id, i.link_id, i.partner_id, i.brand_id, i.program_id, i.clicked_at, i.visitor,
      i.visit = 1 AND NOT EXISTS (
        SELECT FROM clicks p WHERE p.link_id = i.link_id AND p.visitor = i.visitor AND p.clicked_at > i.clicked_at - interval '24 hours'
          AND p.clicked_at <= i.clicked_at AND p.id >= $13),
      i.is_bot, i.device, i.referrer_host, i.sub_ids, i.traceparent
    FROM input i
    ON CONFLICT (id) DO NOTHING
    RETURNING link_id, partner_id, brand_id, clicked_at, is_unique
  )
INSERT INTO click_tallies (brand_id, partner_id, link_id, minute, clicks, unique_clicks)
SELECT brand_id, partner_id, link_id, date_trunc('minute', clicked_at), count(*), count(*) FILTER (WHERE is_unique)
FROM written GROUP BY 1, 2, 3, 4`;

/** Writes clicks; those that are there already stay as they are. */
export async function insertClicks(pool: pg.Pool, clicks: readonly NewClick[]): Promise<void> {
  const oldestMs = clicks.reduce((oldest, click) => Math.min(oldest, timeOfClickId(click.id) ?? 0), Date.now());
  await pool.query({
    name: 'insert_clicks',
    text: insert,
    values: [
      clicks.map((c) => c.id),
      clicks.map((c) => c.linkId),
      clicks.map((c) => c.partnerId),
      clicks.map((c) => c.brandId),
      clicks.map((c) => c.programId),
      clicks.map((c) => c.clickedAt),
      clicks.map((c) => c.visitor),
      clicks.map((c) => c.isBot),
      clicks.map((c) => c.device),
      clicks.map((c) => c.referrerHost),
      clicks.map((c) => c.subIds && JSON.stringify(c.subIds)),
      clicks.map((c) => c.traceparent),
      firstIdOf('clk', oldestMs - uniqueWithinMs - slackMs),
    ],
  });
}
