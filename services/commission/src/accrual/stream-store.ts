import type { StreamPlace, StreamRecord, StreamState } from '@tributary/engine';
import { rowsOf, type Tx } from '@tributary/messaging';

/** A position in a stream's order. */
export interface Position {
  occurredAt: string;
  eventId: string;
  conversionId: string;
}

export interface StreamRow {
  stream: string;
  brandId: string;
  /** Null before anything has been folded. */
  state: StreamState | null;
  last: Position | null;
}

/** A record as stored, with where it stands and what it earns there. */
export interface StoredRecord {
  record: StreamRecord;
  place: StreamPlace | null;
  exact: string | null;
  entitlement: bigint | null;
}

type RecordRow = { body: StreamRecord; place: StreamPlace | null; exact: string | null; entitlement: bigint | null };
const recordSelected = 'body, place, exact, entitlement';
const toStored = ({ body, ...rest }: RecordRow): StoredRecord => ({ record: body, ...rest });

/** What these conversions have put into streams so far. */
export async function recordsOf(tx: Tx, conversionIds: readonly string[]): Promise<StoredRecord[]> {
  const text = `SELECT ${recordSelected} FROM stream_record WHERE conversion_id = ANY($1)`;
  return (await tx.query<RecordRow>(text, [conversionIds])).rows.map(toStored);
}

/** Where the scopes of these conversions stand in their streams. */
export async function placesOf(tx: Tx, conversionIds: readonly string[]): Promise<Map<string, StreamPlace>> {
  const stored = await recordsOf(tx, conversionIds);
  return new Map(stored.flatMap(({ record, place }) => (record.scope === null || place === null ? [] : [[record.scope, place] as const])));
}

/** Makes the streams that are not there and locks them all, in the order of their keys. */
export async function lockStreams(tx: Tx, streams: readonly { stream: string; brandId: string }[]): Promise<StreamRow[]> {
  const list = [...new Map(streams.map((one) => [one.stream, one])).values()];
  await tx.query(
    `INSERT INTO stream (stream, brand_id) SELECT * FROM ${rowsOf({ stream: 'text', brand_id: 'text' })} new ORDER BY new.stream ON CONFLICT DO NOTHING`,
    [list.map(({ stream }) => stream), list.map(({ brandId }) => brandId)],
  );
  const { rows } = await tx.query<{
    stream: string;
    brandId: string;
    state: StreamState | null;
    at: Date | null;
    eventId: string | null;
    conversionId: string | null;
  }>(
    `SELECT stream, brand_id AS "brandId", state, last_occurred_at AS at, last_event_id AS "eventId", last_conversion_id AS "conversionId"
     FROM stream WHERE stream = ANY($1) ORDER BY stream FOR UPDATE`,
    [list.map(({ stream }) => stream)],
  );
  return rows.map(({ stream, brandId, state, at, eventId, conversionId }) => ({
    stream,
    brandId,
    state,
    last: at === null ? null : { occurredAt: at.toISOString(), eventId: eventId ?? '', conversionId: conversionId ?? '' },
  }));
}

export async function removeRecords(tx: Tx, records: readonly StreamRecord[]): Promise<void> {
  if (records.length === 0) return;
  await tx.query('DELETE FROM stream_record WHERE (stream, conversion_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))', [
    records.map(({ stream }) => stream),
    records.map(({ conversionId }) => conversionId),
  ]);
}

const recordColumns = {
  stream: 'text',
  occurred_at: 'timestamptz',
  event_id: 'text',
  conversion_id: 'text',
  brand_id: 'text',
  customer_id: 'text',
  scope: 'text',
  body: 'jsonb',
  place: 'jsonb',
  exact: 'text',
  entitlement: 'bigint',
};

export type SavedRecord = StoredRecord & { brandId: string };

/** Stores records with where they stand now. */
export async function saveRecords(tx: Tx, records: readonly SavedRecord[]): Promise<void> {
  if (records.length === 0) return;
  await tx.query(
    `INSERT INTO stream_record (${Object.keys(recordColumns).join(', ')}) SELECT * FROM ${rowsOf(recordColumns)} new
     ON CONFLICT (stream, occurred_at, event_id, conversion_id) DO UPDATE SET customer_id = excluded.customer_id, scope = excluded.scope, body = excluded.body,
       place = excluded.place, exact = excluded.exact, entitlement = excluded.entitlement`,
    [
      records.map(({ record }) => record.stream),
      records.map(({ record }) => record.occurredAt),
      records.map(({ record }) => record.eventId),
      records.map(({ record }) => record.conversionId),
      records.map(({ brandId }) => brandId),
      records.map(({ record }) => record.customerId),
      records.map(({ record }) => record.scope),
      records.map(({ record }) => JSON.stringify(record)),
      records.map(({ place }) => (place === null ? null : JSON.stringify(place))),
      records.map(({ exact }) => exact),
      records.map(({ entitlement }) => entitlement),
    ],
  );
}

const positionOf = (at: Position | null): unknown[] => [at?.occurredAt ?? '-infinity', at?.eventId ?? '', at?.conversionId ?? ''];

/** A stretch of a stream: after a position (null: from its beginning), up to an instant (null: to its end). */
export interface Stretch {
  stream: string;
  after: Position | null;
  until: string | null;
}

const stretches = rowsOf({ key: 'text', at: 'timestamptz', event: 'text', conversion: 'text', until: 'timestamptz' });
const valuesOf = (wanted: readonly Stretch[]): unknown[][] => [
  wanted.map(({ stream }) => stream),
  ...[0, 1, 2].map((index) => wanted.map(({ after }) => positionOf(after)[index])),
  wanted.map(({ until }) => until ?? 'infinity'),
];

/** The records of stretches of streams, each stream's in its order. */
export async function recordsIn(tx: Tx, wanted: readonly Stretch[]): Promise<StoredRecord[]> {
  if (wanted.length === 0) return [];
  const { rows } = await tx.query<RecordRow>(
    `SELECT ${recordSelected} FROM ${stretches} wanted JOIN stream_record AS record ON record.stream = wanted.key
       AND (record.occurred_at, record.event_id, record.conversion_id) > (wanted.at, wanted.event, wanted.conversion) AND record.occurred_at <= wanted.until
     ORDER BY record.stream, record.occurred_at, record.event_id, record.conversion_id`,
    valuesOf(wanted),
  );
  return rows.map(toStored);
}

/** Which of these customers a metric has counted in a stream up to a position. */
export async function customersBefore(
  tx: Tx,
  stream: string,
  upTo: Position,
  metric: number,
  customerIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ customerId: string }>(
    `SELECT DISTINCT customer_id AS "customerId" FROM stream_record
     WHERE stream = $1 AND (occurred_at, event_id, conversion_id) <= ($2::timestamptz, $3::text, $4::text) AND customer_id = ANY($5)
       AND coalesce(body -> 'weights' ->> $6::int, '0') <> '0'`,
    [stream, ...positionOf(upTo), customerIds, metric],
  );
  return new Set(rows.map(({ customerId }) => customerId));
}

export interface Checkpoint {
  stream: string;
  at: Position;
  state: StreamState;
}

/** For each stream the last state on the way before a position. */
export async function checkpointsBefore(tx: Tx, wanted: readonly { stream: string; before: Position }[]): Promise<Map<string, Checkpoint>> {
  if (wanted.length === 0) return new Map();
  const { rows } = await tx.query<{ stream: string; occurredAt: Date; eventId: string; conversionId: string; state: StreamState }>(
    `SELECT wanted.key AS stream, found.* FROM ${stretches} wanted CROSS JOIN LATERAL (
       SELECT occurred_at AS "occurredAt", event_id AS "eventId", conversion_id AS "conversionId", state FROM stream_checkpoint
       WHERE stream = wanted.key AND (occurred_at, event_id, conversion_id) < (wanted.at, wanted.event, wanted.conversion)
       ORDER BY occurred_at DESC, event_id DESC, conversion_id DESC LIMIT 1) AS found WHERE wanted.until > '-infinity'`,
    valuesOf(wanted.map(({ stream, before }) => ({ stream, after: before, until: null }))),
  );
  return new Map(
    rows.map(({ stream, state, occurredAt, ...rest }) => [
      stream,
      { stream, state, at: { occurredAt: occurredAt.toISOString(), ...rest } },
    ]),
  );
}

/** Forgets the states after positions: they were made without what has come before them. */
export async function dropCheckpoints(tx: Tx, wanted: readonly Stretch[]): Promise<void> {
  if (wanted.length === 0) return;
  await tx.query(
    `DELETE FROM stream_checkpoint AS held USING ${stretches} wanted
     WHERE held.stream = wanted.key AND (held.occurred_at, held.event_id, held.conversion_id) > (wanted.at, wanted.event, wanted.conversion) AND held.occurred_at <= wanted.until`,
    valuesOf(wanted),
  );
}

export async function saveCheckpoints(tx: Tx, checkpoints: readonly (Checkpoint & { brandId: string })[]): Promise<void> {
  if (checkpoints.length === 0) return;
  await tx.query(
    `INSERT INTO stream_checkpoint (stream, brand_id, occurred_at, event_id, conversion_id, state)
     SELECT * FROM ${rowsOf({ stream: 'text', brand_id: 'text', occurred_at: 'timestamptz', event_id: 'text', conversion_id: 'text', state: 'jsonb' })} new
     ON CONFLICT (stream, occurred_at, event_id, conversion_id) DO UPDATE SET state = excluded.state`,
    [
      checkpoints.map(({ stream }) => stream),
      checkpoints.map(({ brandId }) => brandId),
      checkpoints.map(({ at }) => at.occurredAt),
      checkpoints.map(({ at }) => at.eventId),
      checkpoints.map(({ at }) => at.conversionId),
      checkpoints.map(({ state }) => JSON.stringify(state)),
    ],
  );
}

export async function saveStreams(tx: Tx, streams: readonly StreamRow[]): Promise<void> {
  await tx.query(
    `UPDATE stream SET state = new.state, last_occurred_at = new.at, last_event_id = new.event_id, last_conversion_id = new.conversion_id
     FROM ${rowsOf({ key: 'text', state: 'jsonb', at: 'timestamptz', event_id: 'text', conversion_id: 'text' })} new WHERE stream.stream = new.key`,
    [
      streams.map(({ stream }) => stream),
      streams.map(({ state }) => (state === null ? null : JSON.stringify(state))),
      streams.map(({ last }) => last?.occurredAt ?? null),
      streams.map(({ last }) => last?.eventId ?? null),
      streams.map(({ last }) => last?.conversionId ?? null),
    ],
  );
}
