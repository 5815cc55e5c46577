/** The tables of schema `kit`, the same in every service. Each statement may run again. */
export const kitSchema = `
CREATE SCHEMA IF NOT EXISTS kit;
CREATE SCHEMA IF NOT EXISTS parts;

-- Answers of commands that came with an Idempotency-Key; kept for 30 days.
CREATE TABLE IF NOT EXISTS kit.idempotency (
  actor_id   text NOT NULL,
  route      text NOT NULL,
  key        text NOT NULL,
  body_hash  text NOT NULL,
  status     int,
  headers    jsonb,
  body       text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (actor_id, route, key)
);
CREATE INDEX IF NOT EXISTS idempotency_created_at ON kit.idempotency (created_at);

-- The simulated clock: what it was set to, and when by the wall clock.
CREATE TABLE IF NOT EXISTS kit.clock (
  one    boolean PRIMARY KEY DEFAULT true CHECK (one),
  now    timestamptz NOT NULL,
  set_at timestamptz NOT NULL
);

-- Which repeating job started last, when; claims it for one instance.
CREATE TABLE IF NOT EXISTS kit.job_run (
  name       text PRIMARY KEY,
  started_at timestamptz NOT NULL
);

-- One key per subject of personal data, wrapped by the master key. Erasure deletes the row.
CREATE TABLE IF NOT EXISTS kit.subject_key (
  subject_id text PRIMARY KEY,
  wrapped    text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Row-level security: app.brands is '*' or a comma list; unset or empty sees nothing.
CREATE OR REPLACE FUNCTION kit.sees_brand(brand text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('app.brands', true) = '*' OR brand = ANY (string_to_array(current_setting('app.brands', true), ',')), false)
$$;

-- app.partner is set for partners only: then nothing of another partner is seen.
CREATE OR REPLACE FUNCTION kit.sees_partner(partner text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('app.partner', true), '') IN ('', partner)
$$;

-- Makes one range partition in schema parts, with the owner's rights: the application role may not create tables. Rows stay whole up to
-- a page, without compression, which would cost more than all else about writing them.
CREATE OR REPLACE FUNCTION kit.ensure_partition(parent regclass, from_instant timestamptz, to_instant timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  child text := (SELECT relname FROM pg_class WHERE oid = parent) || '_' || to_char(from_instant AT TIME ZONE 'UTC', 'YYYYMMDDHH24');
BEGIN
  IF to_regclass(format('parts.%I', child)) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('kit.ensure_partition'));
  EXECUTE format('CREATE TABLE IF NOT EXISTS parts.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L) WITH (toast_tuple_target = 8160)', child, parent, from_instant, to_instant);
END $$;

-- The partitions of whole UTC months from the month of from_instant on.
CREATE OR REPLACE FUNCTION kit.ensure_monthly_partitions(parent regclass, from_instant timestamptz, months int) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  first timestamp := date_trunc('month', from_instant AT TIME ZONE 'UTC');
BEGIN
  FOR month IN 0 .. months - 1 LOOP
    PERFORM kit.ensure_partition(parent, (first + make_interval(months => month)) AT TIME ZONE 'UTC', (first + make_interval(months => month + 1)) AT TIME ZONE 'UTC');
  END LOOP;
END $$;
`;
