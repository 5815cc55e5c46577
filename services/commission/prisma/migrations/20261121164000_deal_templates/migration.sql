-- What a version was made from, and in which bulk amendment.
ALTER TABLE deal_version ADD COLUMN template_id text, ADD COLUMN template_version integer, ADD COLUMN batch_id text;
ALTER TABLE deal_version ADD CONSTRAINT deal_version_of_one_template_version CHECK ((template_id IS NULL) = (template_version IS NULL));
CREATE INDEX deal_version_template_id_idx ON deal_version (template_id);

-- Append-only, like deals: a template is its versions.
CREATE TABLE deal_template_version (
  template_id   text NOT NULL,
  version       integer NOT NULL CHECK (version > 0),
  brand_id      text NOT NULL,
  name          text NOT NULL,
  terms         json NOT NULL,
  reason        text,
  author_id     text NOT NULL,
  recorded_at   timestamptz(3) NOT NULL,
  document_hash text NOT NULL,
  PRIMARY KEY (template_id, version)
);
CREATE INDEX deal_template_version_brand_id_idx ON deal_template_version (brand_id);

-- Append-only: a bulk amendment, what it did to each deal, and that it was superseded as a unit.
CREATE TABLE deal_batch (
  batch_id       text NOT NULL PRIMARY KEY,
  template_id    text NOT NULL,
  brand_id       text NOT NULL,
  effective_from timestamptz(3) NOT NULL,
  reason         text NOT NULL,
  change         json NOT NULL,
  author_id      text NOT NULL,
  recorded_at    timestamptz(3) NOT NULL
);
CREATE TABLE deal_batch_item (
  batch_id     text NOT NULL,
  deal_id      text NOT NULL,
  brand_id     text NOT NULL,
  -- The version that it wrote and the one that stood before; or why it wrote none.
  version      integer,
  base_version integer,
  exception    text,
  PRIMARY KEY (batch_id, deal_id),
  CONSTRAINT deal_batch_item_amended_or_excepted CHECK (num_nulls(version, base_version) = CASE WHEN exception IS NULL THEN 0 ELSE 2 END)
);
CREATE TABLE deal_batch_end (
  batch_id text NOT NULL PRIMARY KEY,
  brand_id text NOT NULL,
  reason   text NOT NULL,
  actor_id text NOT NULL,
  at       timestamptz(3) NOT NULL
);

-- What all partners of a template have in common is none of theirs: whoever is bound to one partner sees nothing of it.
ALTER TABLE deal_template_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON deal_template_version USING (kit.sees_brand(brand_id) AND kit.sees_partner('nobody')) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE deal_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON deal_batch USING (kit.sees_brand(brand_id) AND kit.sees_partner('nobody')) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE deal_batch_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON deal_batch_item USING (kit.sees_brand(brand_id) AND kit.sees_partner('nobody')) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE deal_batch_end ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON deal_batch_end USING (kit.sees_brand(brand_id) AND kit.sees_partner('nobody')) WITH CHECK (kit.sees_brand(brand_id));
