-- Whether each unique click of a person becomes a conversion of kind `click`: the brand's policy.
ALTER TABLE brands ADD COLUMN clicks_are_events boolean NOT NULL DEFAULT false;

-- Clicks that are to become conversions and have not yet: written with the click, taken away in the transaction that makes the conversion.
CREATE TABLE click_events_due (
  click_id text COLLATE "C" PRIMARY KEY,
  brand_id text NOT NULL
);
ALTER TABLE click_events_due ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON click_events_due USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
