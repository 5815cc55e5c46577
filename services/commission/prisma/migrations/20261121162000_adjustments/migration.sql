-- What is made by hand goes back to no deal and no conversion.
ALTER TABLE commission_entry ALTER COLUMN deal_id DROP NOT NULL, ALTER COLUMN deal_version DROP NOT NULL, ALTER COLUMN conversion_id DROP NOT NULL;
ALTER TABLE commission_entry ADD CONSTRAINT commission_entry_rated_or_by_hand
  CHECK (num_nulls(deal_id, deal_version, conversion_id) = CASE WHEN reason = 'adjustment' THEN 3 ELSE 0 END);
ALTER TABLE commission_scope ALTER COLUMN deal_id DROP NOT NULL, ALTER COLUMN deal_version DROP NOT NULL;

-- Append-only: who made which entry by hand, and why.
CREATE TABLE adjustment (
  adjustment_id text NOT NULL PRIMARY KEY,
  entry_id      text NOT NULL UNIQUE,
  partner_id    text NOT NULL,
  brand_id      text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('bonus', 'correction', 'retainer', 'bounty')),
  reason        text NOT NULL,
  maker_id      text NOT NULL,
  recorded_at   timestamptz(3) NOT NULL
);
CREATE INDEX adjustment_brand_id_partner_id_idx ON adjustment (brand_id, partner_id);
ALTER TABLE adjustment ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON adjustment USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
