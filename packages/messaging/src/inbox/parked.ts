import type pg from 'pg';
import { inTransaction } from '../database.js';
import type { Lane, Parked, ParkedDetail, ParkedEvent, ParkedStatus, Tx } from '../ports.js';

const columns = /* sql */ `event_id AS id, type, source, lane, status, error, attempts,
  (extract(epoch FROM received_at) * 1000)::float8 AS "receivedAt",
  (extract(epoch FROM next_attempt_at) * 1000)::float8 AS "nextAttemptAt"`;

interface Row {
  id: string;
  type: string | null;
  source: string | null;
  lane: Lane;
  status: ParkedStatus;
  error: string | null;
  attempts: number;
  receivedAt: number;
  nextAttemptAt: number | null;
  envelope?: string;
}
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function toParked(row: Row): ParkedEvent {
  const { id, type, source, lane, status, error, attempts } = row;
  const nextAttemptAt = row.nextAttemptAt === null ? null : new Date(row.nextAttemptAt);
  return { id, type, source, lane, status, error, attempts, receivedAt: new Date(row.receivedAt), nextAttemptAt };
}

/** Makes put-aside events due at once with their tries counted afresh, and notes who did it. */
const replay = /* sql */ `
WITH again AS (
  UPDATE messaging.inbox SET status = 'pending', attempts = 0, waits = 0, unsettled = 0, received_at = clock_timestamp(), next_attempt_at = clock_timestamp()
  WHERE status IN ('parked', 'discarded') AND (event_id = $1::uuid OR ($1::uuid IS NULL AND status = 'parked' AND ($2::text IS NULL OR type = $2)))
  RETURNING event_id
)
INSERT INTO messaging.parked_history (event_id, action, actor) SELECT event_id, 'replay', $3 FROM again`;

const discard = /* sql */ `
WITH ended AS (
  UPDATE messaging.inbox SET status = 'discarded', next_attempt_at = NULL
  WHERE event_id = $1::uuid AND status IN ('parked', 'pending') RETURNING event_id
)
INSERT INTO messaging.parked_history (event_id, action, actor, reason) SELECT event_id, 'discard', $2, $3 FROM ended`;

/** The list of events that wait for a person, and what a person can do about them. */
export function createParked(pool: pg.Pool, replayed: () => void): Parked {
  const write = (work: (tx: Tx) => Promise<{ rowCount: number }>): Promise<number> =>
    inTransaction(pool, 'BEGIN', async (tx) => (await work(tx)).rowCount);
  const replayWhere = async (id: string | null, type: string | null, actor: string): Promise<number> => {
    const count = await write((tx) => tx.query(replay, [id, type, actor]));
    if (count > 0) replayed();
    return count;
  };
  return {
    async list({ status = 'parked', type, after, limit = 100 } = {}) {
      const { rows } = await pool.query<Row>(
        `SELECT ${columns} FROM messaging.inbox WHERE status IN ('pending', 'parked', 'discarded') AND status = $1
           AND ($2::text IS NULL OR type = $2) AND ($3::uuid IS NULL OR event_id > $3) ORDER BY event_id LIMIT $4`,
        [status, type ?? null, after ?? null, limit],
      );
      return rows.map(toParked);
    },
    async show(id): Promise<ParkedDetail | undefined> {
      if (!isUuid.test(id)) return undefined;
      const { rows } = await pool.query<Row>(
        `SELECT ${columns}, envelope FROM messaging.inbox WHERE event_id = $1 AND status IN ('pending', 'parked', 'discarded')`,
        [id],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const history = await pool.query<{ at: number; action: 'replay' | 'discard'; actor: string; reason: string | null }>(
        `SELECT (extract(epoch FROM at) * 1000)::float8 AS at, action, actor, reason
           FROM messaging.parked_history WHERE event_id = $1 ORDER BY messaging.parked_history.at`,
        [id],
      );
      const entries = history.rows.map((entry) => ({ ...entry, at: new Date(entry.at) }));
      return { ...toParked(row), envelope: row.envelope ?? '', history: entries };
    },
    replay: async (id, actor) => isUuid.test(id) && (await replayWhere(id, null, actor)) > 0,
    replayAll: (actor, filter = {}) => replayWhere(null, filter.type ?? null, actor),
    discard: async (id, actor, reason) => isUuid.test(id) && (await write((tx) => tx.query(discard, [id, actor, reason]))) > 0,
  };
}
