-- What directory says, as far as tracking needs it. Snapshots: the highest sequence wins.
CREATE TABLE brands (
  brand_id           text PRIMARY KEY,
  currency           text NOT NULL,
  time_zone          text NOT NULL,
  status             text NOT NULL,
  default_program_id text NOT NULL,
  program_ids        text[] NOT NULL,
  window_days        integer NOT NULL,
  sequence           bigint NOT NULL
);
CREATE TABLE partners (
  partner_id text PRIMARY KEY,
  status     text NOT NULL,
  sequence   bigint NOT NULL
);
CREATE TABLE enrollments (
  enrollment_id text PRIMARY KEY,
  partner_id    text NOT NULL,
  brand_id      text NOT NULL,
  program_id    text NOT NULL,
  status        text NOT NULL,
  changed_at    timestamptz(3) NOT NULL,
  sequence      bigint NOT NULL
);
CREATE INDEX enrollments_partner ON enrollments (partner_id, brand_id, program_id);

-- The secret that signs a brand's postbacks, encrypted by the key ring. A brand without a row takes unsigned postbacks.
CREATE TABLE postback_secrets (
  brand_id   text PRIMARY KEY,
  sealed     text NOT NULL,
  created_at timestamptz(3) NOT NULL
);

CREATE TABLE links (
  id              text PRIMARY KEY,
  code            text NOT NULL,
  partner_id      text NOT NULL,
  brand_id        text NOT NULL,
  program_id      text NOT NULL,
  destination_url text NOT NULL,
  sub_ids         jsonb NOT NULL,
  status          text NOT NULL,
  created_at      timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX links_code ON links (code);
CREATE INDEX links_brand ON links (brand_id, id);
CREATE INDEX links_partner ON links (partner_id, id);

-- Partitioned by id: a TypeID begins with the instant of its making, so months of ids are months of time, and the id alone stays unique.
CREATE TABLE clicks (
  id            text COLLATE "C" NOT NULL,
  link_id       text NOT NULL,
  partner_id    text NOT NULL,
  brand_id      text NOT NULL,
  program_id    text NOT NULL,
  clicked_at    timestamptz(3) NOT NULL,
  -- Keyed HMAC of address and browser, cut to 24 hexadecimal digits: tells visitors apart, names none.
  visitor       text NOT NULL,
  is_unique     boolean NOT NULL,
  is_bot        boolean NOT NULL,
  device        text NOT NULL,
  referrer_host text,
  sub_ids       jsonb,
  traceparent   text NOT NULL,
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX clicks_visitor ON clicks (link_id, visitor, clicked_at);
CREATE INDEX clicks_partner ON clicks (partner_id, id);
CREATE INDEX clicks_brand ON clicks (brand_id, id);

-- Clicks not yet published as counts: one row per written group, one element per click. Publishing takes the rows away in the same transaction.
CREATE TABLE click_tallies (
  id         bigserial PRIMARY KEY,
  link_ids   text[] NOT NULL,
  clicked_at timestamptz(3)[] NOT NULL,
  are_unique boolean[] NOT NULL
);

-- A customer of a brand, known by the keyed HMAC of the sender's key alone. Bound to the partner of his first click.
CREATE TABLE customers (
  id         text PRIMARY KEY,
  brand_id   text NOT NULL,
  key_hash   text NOT NULL,
  partner_id text,
  program_id text,
  link_id    text,
  click_id   text,
  clicked_at timestamptz(3),
  bound_at   timestamptz(3),
  created_at timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX customers_key ON customers (brand_id, key_hash);
CREATE INDEX customers_partner ON customers (partner_id, id);

CREATE TABLE customer_clicks (
  customer_id text NOT NULL,
  click_id    text NOT NULL,
  brand_id    text NOT NULL,
  link_id     text NOT NULL,
  partner_id  text NOT NULL,
  clicked_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (customer_id, click_id)
);

-- The sender's key of each event: what makes a conversion happen once. Plain, because a partitioned table could not hold it unique.
CREATE TABLE conversion_keys (
  brand_id      text NOT NULL,
  event_id      text NOT NULL,
  conversion_id text NOT NULL,
  content_hash  text NOT NULL,
  PRIMARY KEY (brand_id, event_id)
);

CREATE TABLE conversions (
  id                     text COLLATE "C" NOT NULL,
  brand_id               text NOT NULL,
  program_id             text NOT NULL,
  -- The programme that the sender named, if any; otherwise the click's or the brand's counts.
  named_program_id       text,
  event_id               text NOT NULL,
  kind                   text NOT NULL,
  customer_id            text,
  click_ref              text,
  named_partner_id       text,
  has_coupon             boolean NOT NULL,
  occurred_at            timestamptz(3) NOT NULL,
  received_at            timestamptz(3) NOT NULL,
  amount                 bigint CHECK (amount BETWEEN 0 AND 9007199254740991),
  currency               text,
  original_event_id      text,
  original_conversion_id text,
  partner_id             text,
  unattributed_reason    text,
  attribution            json,
  content_hash           text NOT NULL,
  attributes_commitment  text,
  source                 text NOT NULL,
  -- What the sender sent, canonical, the customer's key replaced by its HMAC. The one place of free attributes: erasure empties it.
  content                text,
  traceparent            text,
  PRIMARY KEY (id),
  CHECK ((partner_id IS NULL) = (attribution IS NULL)),
  CHECK ((partner_id IS NULL) = (unattributed_reason IS NOT NULL))
) PARTITION BY RANGE (id);
CREATE INDEX conversions_brand ON conversions (brand_id, id);
CREATE INDEX conversions_partner ON conversions (partner_id, id);
CREATE INDEX conversions_customer ON conversions (customer_id, id) WHERE customer_id IS NOT NULL;

-- What an unattributed conversion waits for. `due_at` drives the safety net for arrivals that crossed each other.
CREATE TABLE awaited (
  conversion_id text NOT NULL,
  kind          text NOT NULL,
  key           text NOT NULL,
  brand_id      text NOT NULL,
  attempts      integer NOT NULL DEFAULT 0,
  due_at        timestamptz(3) NOT NULL,
  PRIMARY KEY (conversion_id, kind, key)
);
CREATE INDEX awaited_key ON awaited (kind, key, brand_id);
CREATE INDEX awaited_due ON awaited (due_at);

-- Partitions -----------------------------------------------------------------------------------------------------------------------------

CREATE SCHEMA IF NOT EXISTS parts;
CREATE TABLE parts.clicks_rest PARTITION OF clicks DEFAULT;
CREATE TABLE parts.conversions_rest PARTITION OF conversions DEFAULT;

-- The first TypeID of an instant without its prefix: 48 bits of milliseconds in Crockford's base 32, the rest zeros.
CREATE FUNCTION first_id_of(instant timestamptz) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  rest   numeric := floor(extract(epoch FROM instant) * 1000) * power(2::numeric, 80);
  digits text := '';
BEGIN
  FOR i IN 1 .. 26 LOOP
    digits := substr('0123456789abcdefghjkmnpqrstvwxyz', (rest % 32)::int + 1, 1) || digits;
    rest := div(rest, 32);
  END LOOP;
  RETURN digits;
END $$;

-- Makes the partitions of `months` UTC months from that of `instant` on, with the owner's rights: the application may not create tables.
CREATE FUNCTION make_partitions(instant timestamptz, months integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog AS $$
DECLARE
  first timestamp := date_trunc('month', instant AT TIME ZONE 'UTC');
  start timestamptz;
  until timestamptz;
  child text;
  parent record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tracking.make_partitions'));
  FOR parent IN SELECT * FROM (VALUES ('clicks', 'clk_'), ('conversions', 'cnv_')) AS t (name, prefix) LOOP
    FOR month IN 0 .. months - 1 LOOP
      start := (first + make_interval(months => month)) AT TIME ZONE 'UTC';
      until := (first + make_interval(months => month + 1)) AT TIME ZONE 'UTC';
      child := parent.name || '_' || to_char(first + make_interval(months => month), 'YYYYMM');
      CONTINUE WHEN to_regclass(format('parts.%I', child)) IS NOT NULL;
      EXECUTE format('CREATE TABLE parts.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
        child, parent.name, parent.prefix || first_id_of(start), parent.prefix || first_id_of(until));
    END LOOP;
  END LOOP;
END $$;
SELECT make_partitions(now(), 3);

-- Row-level security ---------------------------------------------------------------------------------------------------------------------

ALTER TABLE brands ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON brands USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE enrollments ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON enrollments USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE postback_secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON postback_secrets USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE click_tallies ENABLE ROW LEVEL SECURITY;
-- A row speaks of many brands: only who sees all of them sees it.
CREATE POLICY brand_scope ON click_tallies USING (kit.sees_brand('*')) WITH CHECK (kit.sees_brand('*'));
ALTER TABLE customer_clicks ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON customer_clicks USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE conversion_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON conversion_keys USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE awaited ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON awaited USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
-- What a partner may list is his own.
ALTER TABLE links ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON links USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id));
ALTER TABLE clicks ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON clicks USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id));
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON customers USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE conversions ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON conversions USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
