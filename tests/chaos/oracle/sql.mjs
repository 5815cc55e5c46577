import pg from 'pg';

/** SQL as superuser in the database of any service. bigint comes as text: see `BigInt` where it is used. */
export function openDatabases(url) {
  const pools = new Map();
  const pool = (service) => {
    if (!pools.has(service)) {
      const own = new URL(url);
      own.pathname = `/${service}`;
      pools.set(service, new pg.Pool({ connectionString: own.href, max: 2 }));
    }
    return pools.get(service);
  };
  return {
    async rows(service, text, values = []) {
      return (await pool(service).query(text, values)).rows;
    },
    async row(service, text, values = []) {
      return (await pool(service).query(text, values)).rows[0];
    },
    /** Rows of a long table, page after page: `text` takes the last cursor as $1 and a limit as $2; each row has a `cursor`. */
    async *pages(service, text, first, limit = 5_000) {
      for (let cursor = first; ; ) {
        const { rows } = await pool(service).query(text, [cursor, limit]);
        if (rows.length === 0) return;
        yield rows;
        cursor = rows.at(-1).cursor;
      }
    },
    async close() {
      for (const each of pools.values()) await each.end();
    },
  };
}
