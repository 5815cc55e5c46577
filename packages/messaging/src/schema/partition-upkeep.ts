/** Step 2. Upkeep that needs the owner's rights, callable by the application role. */
export const partitionUpkeep = /* sql */ `
-- Makes the hourly partitions of the outbox from this hour on. An hour that has rows in the default partition stays there.
CREATE FUNCTION messaging.make_partitions(hours_ahead int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  hour timestamptz; child text; made int := 0;
BEGIN
  FOR hour IN SELECT generate_series(date_trunc('hour', now()), now() + make_interval(hours => hours_ahead), interval '1 hour') LOOP
    child := 'outbox_' || to_char(hour AT TIME ZONE 'UTC', 'YYYYMMDDHH24');
    CONTINUE WHEN to_regclass('parts.' || child) IS NOT NULL;
    CONTINUE WHEN EXISTS (SELECT FROM parts.outbox_default WHERE created_at >= hour AND created_at < hour + interval '1 hour');
    EXECUTE format('CREATE TABLE parts.%I (LIKE messaging.outbox INCLUDING STORAGE) WITH (toast_tuple_target = 8160)', child);
    EXECUTE format('ALTER TABLE messaging.outbox ATTACH PARTITION parts.%I FOR VALUES FROM (%L) TO (%L)',
      child, hour, hour + interval '1 hour');
    made := made + 1;
  END LOOP;
  RETURN made;
END $f$;

-- Drops partitions whose rows are all published and older than keep_hours, once every bound consumer is reconciled or after drop_hours.
CREATE FUNCTION messaging.drop_partitions(keep_hours int, drop_hours int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  child text; lower_bound timestamptz; upper_bound timestamptz; dropped int := 0;
BEGIN
  FOR child IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'messaging.outbox'::regclass AND c.relname ~ '^outbox_[0-9]{10}$' ORDER BY 1 LOOP
    lower_bound := to_timestamp(right(child, 10) || '+00', 'YYYYMMDDHH24TZH');
    upper_bound := lower_bound + interval '1 hour';
    CONTINUE WHEN upper_bound > now() - make_interval(hours => keep_hours);
    CONTINUE WHEN EXISTS (SELECT FROM messaging.unpublished WHERE created_at >= lower_bound AND created_at < upper_bound);
    CONTINUE WHEN upper_bound > now() - make_interval(hours => drop_hours) AND EXISTS (
      SELECT FROM (SELECT type, bucket, sum(count) AS count FROM messaging.sent
                   WHERE bucket >= lower_bound AND bucket < upper_bound GROUP BY type, bucket) s
      JOIN messaging.bindings b ON b.type = s.type
      LEFT JOIN messaging.reconciled r ON r.consumer = b.consumer AND r.type = s.type AND r.bucket = s.bucket AND r.count = s.count
      WHERE r.consumer IS NULL);
    EXECUTE format('DROP TABLE parts.%I', child);
    DELETE FROM messaging.sent WHERE bucket >= lower_bound AND bucket < upper_bound;
    DELETE FROM messaging.reconciled WHERE bucket >= lower_bound AND bucket < upper_bound;
    dropped := dropped + 1;
  END LOOP;
  DELETE FROM parts.outbox_default o WHERE created_at < now() - make_interval(hours => drop_hours)
    AND NOT EXISTS (SELECT FROM messaging.unpublished u WHERE u.created_at = o.created_at AND u.id = o.id);
  RETURN dropped;
END $f$;

-- Folds the per-second counts of buckets long closed into one row each.
CREATE FUNCTION messaging.fold_sent() RETURNS void LANGUAGE sql AS $f$
  WITH crowded AS (
    SELECT type, bucket FROM messaging.sent WHERE bucket < now() - interval '30 minutes' GROUP BY type, bucket HAVING count(*) > 1
  ), taken AS (
    DELETE FROM messaging.sent s USING crowded c WHERE s.type = c.type AND s.bucket = c.bucket
    RETURNING s.type, s.bucket, s.second, s.count, s.hash
  )
  INSERT INTO messaging.sent (type, bucket, second, shard, count, hash)
  SELECT type, bucket, max(second), -1, sum(count)::bigint, bit_xor(hash) FROM taken GROUP BY type, bucket
$f$;
`;
