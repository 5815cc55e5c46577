/** Step 1. An event's id is a UUIDv7: time, bucket and hash are read from it, so that both ends compute the same. */
export const firstTables = /* sql */ `
CREATE FUNCTION messaging.event_time(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $f$ SELECT to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0) $f$;
CREATE FUNCTION messaging.event_bucket(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $f$ SELECT date_bin('5 minutes', messaging.event_time(id), '2000-01-01T00:00:00Z'::timestamptz) $f$;
-- The last 64 bits are random: XOR over them tells sets of ids apart.
CREATE FUNCTION messaging.event_hash(id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $f$ SELECT ('x' || right(translate(id::text, '-', ''), 16))::bit(64)::bigint $f$;

-- created_at is the instant inside the id, so that an id alone finds its partition. A row is written once and never changed. Envelopes
-- stay in their row as they are up to a page: compressing them would cost more than writing them.
CREATE TABLE messaging.outbox (
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  type text NOT NULL,
  envelope json STORAGE EXTERNAL NOT NULL,
  PRIMARY KEY (created_at, id)
) PARTITION BY RANGE (created_at);
CREATE TABLE parts.outbox_default PARTITION OF messaging.outbox DEFAULT;

-- What the relay has still to publish, written with the outbox row and gone once it is confirmed.
CREATE TABLE messaging.unpublished (
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  error text,
  PRIMARY KEY (created_at, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- What was published, by second: the producer's side of the comparison. Several writers never share a row (shard).
CREATE TABLE messaging.sent (
  type text NOT NULL, bucket timestamptz NOT NULL, second timestamptz NOT NULL, shard int NOT NULL,
  count bigint NOT NULL, hash bigint NOT NULL,
  PRIMARY KEY (bucket, type, second, shard)
);
CREATE TABLE messaging.bindings (type text NOT NULL, consumer text NOT NULL, PRIMARY KEY (type, consumer));
CREATE TABLE messaging.reconciled (
  consumer text NOT NULL, type text NOT NULL, bucket timestamptz NOT NULL,
  count bigint NOT NULL, hash bigint NOT NULL, reconciled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (bucket, type, consumer)
);

CREATE TABLE messaging.inbox (
  event_id uuid PRIMARY KEY,
  status text NOT NULL CHECK (status IN ('done', 'pending', 'parked', 'discarded')),
  lane text NOT NULL,
  type text,
  source text,
  envelope text,
  error text,
  attempts int NOT NULL DEFAULT 0,
  waits int NOT NULL DEFAULT 0,
  -- Tries that were begun and never came to an end: their process died.
  unsettled int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (status = 'done' OR envelope IS NOT NULL)
);
CREATE INDEX inbox_due ON messaging.inbox (lane, next_attempt_at) WHERE status = 'pending';
CREATE INDEX inbox_put_aside ON messaging.inbox (event_id) WHERE status IN ('pending', 'parked', 'discarded');
CREATE TABLE messaging.parked_history (
  event_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  action text NOT NULL CHECK (action IN ('replay', 'discard')), actor text NOT NULL, reason text
);
CREATE INDEX parked_history_event ON messaging.parked_history (event_id, at);

-- What was received, done or not: the consumer's side of the comparison.
CREATE TABLE messaging.receipts (
  source text NOT NULL, type text NOT NULL, bucket timestamptz NOT NULL, shard int NOT NULL,
  count bigint NOT NULL, hash bigint NOT NULL,
  PRIMARY KEY (source, bucket, type, shard)
);
-- Periodic work that one instance at a time does.
CREATE TABLE messaging.duties (name text PRIMARY KEY, due_at timestamptz NOT NULL);
`;
