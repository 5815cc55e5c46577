-- A conversion may be attributed several times: the level is 1 + its revision.
ALTER TABLE conversion DROP CONSTRAINT conversion_level_check;
ALTER TABLE conversion ADD CONSTRAINT conversion_level_check CHECK (level >= 0);

-- Projection of tracking's customers, of those of whom something was recorded. The highest sequence holds.
CREATE TABLE customer (
  customer_id text PRIMARY KEY,
  brand_id    text NOT NULL,
  sequence    integer NOT NULL,
  -- tags, country, kycVerifiedAt, excludedFrom, assignments: as tracking.customer.changed.v1 has them.
  standing    jsonb NOT NULL
);
ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON customer USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
