import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { destinationOf } from '../clicks/domain/click.js';
import type { LinkTarget } from './domain/link-target.js';

interface Entry {
  /** Undefined: there was no such link. */
  link: LinkTarget | undefined;
  readAt: number;
}

/** A link is served at most this long, and one request more, after another instance changed it. */
const freshMs = 5000;
/** How long "there is none" is believed: another instance may just be making it. */
const absentMs = 1000;
/** When the database is away an old answer is better than none. */
const preloaded = 50_000;
const kept = 200_000;

const select = /* sql */ `
SELECT l.id AS "linkId", l.code, l.partner_id AS "partnerId", l.brand_id AS "brandId", l.program_id AS "programId",
  l.destination_url AS "destinationUrl", l.sub_ids AS "subIds", coalesce(b.clicks_are_events, false) AS "clicksAreEvents"
FROM links l LEFT JOIN brands b USING (brand_id) WHERE l.status = 'active'`;
type Row = Omit<LinkTarget, 'destination'> & { code: string };

export interface LinkCache {
  /** At once when the link is in memory, though perhaps not the very newest; otherwise from the database. */
  find(code: string): LinkTarget | undefined | Promise<LinkTarget | undefined>;
  /** Called with every link that this instance writes, once it is committed. */
  put(row: Row): void;
  /** Reads the newest links ahead, so that they redirect also when the database goes away. */
  preload(): Promise<void>;
}

export function linkCache(pool: pg.Pool): LinkCache {
  const entries = new LRUCache<string, Entry>({ max: kept });
  const reading = new Map<string, Promise<LinkTarget | undefined>>();
  const put = (row: Row): LinkTarget => {
    const { code, ...link } = row;
    const target = { ...link, destination: destinationOf(link.destinationUrl) };
    entries.set(code, { link: target, readAt: Date.now() });
    return target;
  };

  const read = (code: string): Promise<LinkTarget | undefined> => {
    const running = reading.get(code);
    if (running !== undefined) return running;
    const run = pool
      .query<Row>({ name: 'find_link', text: `${select} AND l.code = $1`, values: [code] })
      .then(({ rows }) => {
        if (rows[0]) return put(rows[0]);
        entries.set(code, { link: undefined, readAt: Date.now() });
        return undefined;
      })
      .finally(() => reading.delete(code));
    reading.set(code, run);
    return run;
  };

  return {
    put,
    find(code) {
      const entry = entries.get(code);
      if (entry === undefined) return read(code);
      const age = Date.now() - entry.readAt;
      if (entry.link === undefined) return age < absentMs ? undefined : read(code);
      // What is in memory is answered at once; whether it still holds is asked beside.
      if (age >= freshMs) read(code).catch(() => undefined);
      return entry.link;
    },
    async preload() {
      const { rows } = await pool.query<Row>(`${select} ORDER BY l.id DESC LIMIT $1`, [preloaded]);
      for (const row of rows.reverse()) put(row);
    },
  };
}
