-- What deals may ask about partners: spans of tags, and tiers and parents as they were recorded.
ALTER TABLE partner ADD COLUMN tags jsonb NOT NULL DEFAULT '[]', ADD COLUMN tiers jsonb NOT NULL DEFAULT '[]', ADD COLUMN parents jsonb NOT NULL DEFAULT '[]';
-- Everybody who has ever stood directly under a partner.
CREATE INDEX partner_parents_idx ON partner USING gin (parents jsonb_path_ops);

-- Streams: the ordered facts of one component in one period, rated together. The state is that after the last record.
CREATE TABLE stream (
  stream           text NOT NULL PRIMARY KEY,
  brand_id         text NOT NULL,
  state            jsonb,
  last_occurred_at timestamptz(3),
  last_event_id    text,
  last_conversion_id text
) WITH (fillfactor = 80);

CREATE TABLE stream_record (
  stream        text NOT NULL,
  occurred_at   timestamptz(3) NOT NULL,
  event_id      text NOT NULL,
  conversion_id text NOT NULL,
  brand_id      text NOT NULL,
  customer_id   text,
  -- Null for a fact that only moves the meters.
  scope         text,
  body          jsonb NOT NULL,
  -- Where it stands, and what it earns there.
  place         jsonb,
  exact         text,
  entitlement   bigint,
  PRIMARY KEY (stream, occurred_at, event_id, conversion_id)
) WITH (fillfactor = 85);
CREATE INDEX stream_record_conversion_id_idx ON stream_record (conversion_id);

-- States on the way, so that a late fact is folded on from near where it belongs.
CREATE TABLE stream_checkpoint (
  stream        text NOT NULL,
  occurred_at   timestamptz(3) NOT NULL,
  event_id      text NOT NULL,
  conversion_id text NOT NULL,
  brand_id      text NOT NULL,
  state         jsonb NOT NULL,
  PRIMARY KEY (stream, occurred_at, event_id, conversion_id)
);

-- When a payout settled: what is paid keeps the band that had been reached by then, where the terms say so.
ALTER TABLE payout_progress ADD COLUMN settled_at timestamptz(3);
CREATE INDEX payout_line_payout_id_idx ON payout_line (payout_id);

ALTER TABLE stream ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON stream USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE stream_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON stream_record USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE stream_checkpoint ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON stream_checkpoint USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));

-- A conversion is rated by every deal of its partner and of those above, on any brand.
CREATE INDEX deal_version_partner_id_idx ON deal_version (partner_id);
