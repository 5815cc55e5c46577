import { jsonList, parameters, rowsOf } from '@tributary/messaging';
import type pg from 'pg';
import { firstIdOf, timeOfClickId } from '../ids.js';
import type { NewClick } from './domain/click.js';
import { recentVisits, uniqueWithinMs } from './recent-visits.js';

/** Ids follow the wall clock and clicks the business clock, which may be a little apart. */
export const slackMs = 3_600_000;

// One statement, one round trip: clicks and the tally of what was really written. A click written twice (its answer was lost, so it
// was spooled too) counts once. Earlier visits are looked for only where the caller does not know of one; the bound on ids spares that
// look all partitions but the last.
const newRows = {
  id: 'text',
  link_id: 'text',
  partner_id: 'text',
  brand_id: 'text',
  program_id: 'text',
  clicked_at: 'timestamptz',
  visitor: 'text',
  may_be_first: 'bool',
  is_bot: 'bool',
  device: 'text',
  referrer_host: 'text',
  sub_ids: 'json list',
  traceparent: 'text',
};
const statement = (alsoReturned: string, besides: string): string => /* sql */ `
WITH written AS (
    INSERT INTO clicks (id, link_id, partner_id, brand_id, program_id, clicked_at, visitor, is_unique, is_bot, device, referrer_host, sub_ids, traceparent)
    SELECT i.id, i.link_id, i.partner_id, i.brand_id, i.program_id, i.clicked_at, i.visitor,
      i.may_be_first AND NOT EXISTS (
        SELECT FROM clicks p WHERE p.link_id = i.link_id AND p.visitor = i.visitor AND p.clicked_at > i.clicked_at - interval '24 hours'
          AND p.clicked_at <= i.clicked_at AND p.id >= $14),
      i.is_bot, i.device, i.referrer_host, i.sub_ids::jsonb, i.traceparent
    FROM ${rowsOf(newRows)} i
    ON CONFLICT (id) DO NOTHING
    RETURNING link_id, clicked_at, is_unique${alsoReturned}
  )${besides}
INSERT INTO click_tallies (link_ids, clicked_at, are_unique)
SELECT array_agg(link_id), array_agg(clicked_at), array_agg(is_unique) FROM written HAVING count(*) > 0`;
const insert = statement('', '');
/** Also notes which are to become conversions. Groups without a brand that wants that do not pay for it. */
const insertWithEvents = statement(
  ', id, brand_id, is_bot',
  `,
  due AS (
    INSERT INTO click_events_due (click_id, brand_id) SELECT id, brand_id FROM written WHERE is_unique AND NOT is_bot AND id = ANY ($15::text[])
  )`,
);

/** Writes clicks; those that are there already stay as they are. */
export type InsertClicks = (clicks: readonly NewClick[]) => Promise<void>;

export function clickInserter(pool: pg.Pool): InsertClicks {
  const visits = recentVisits();
  return async (clicks) => {
    const oldestMs = timeOfClickId(clicks.map(({ id }) => id).sort()[0] ?? '') ?? 0;
    const mayBeEvents = clicks.filter((c) => c.mayBeEvent).map((c) => c.id);
    const hasEvents = mayBeEvents.length > 0;
    await pool.query({
      name: hasEvents ? 'insert_clicks_and_events' : 'insert_clicks',
      text: hasEvents ? insertWithEvents : insert,
      values: parameters([
        clicks.map((c) => c.id),
        clicks.map((c) => c.linkId),
        clicks.map((c) => c.partnerId),
        clicks.map((c) => c.brandId),
        clicks.map((c) => c.programId),
        clicks.map((c) => c.clickedAt),
        clicks.map((c) => c.visitor),
        visits.mayBeFirst(clicks),
        clicks.map((c) => c.isBot),
        clicks.map((c) => c.device),
        clicks.map((c) => c.referrerHost),
        jsonList(clicks.map((c) => c.subIds && JSON.stringify(c.subIds))),
        clicks.map((c) => c.traceparent),
        firstIdOf('clk', oldestMs - uniqueWithinMs - slackMs),
        ...(hasEvents ? [mayBeEvents] : []),
      ]),
    });
    visits.remember(clicks);
  };
}
