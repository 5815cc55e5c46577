-- What payouts has told of reversals that take nothing back; null once one does after all.
CREATE TABLE entry_write_off (
  entry_id    text PRIMARY KEY,
  brand_id    text NOT NULL,
  sequence    integer NOT NULL,
  written_off jsonb
);
ALTER TABLE entry_write_off ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON entry_write_off USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
