-- Whether any deal of the brand goes by what a customer has done: then who rates a customer's conversions waits for others who do.
ALTER TABLE brand ADD COLUMN asks_history boolean NOT NULL DEFAULT false;
UPDATE brand SET asks_history = true WHERE brand_id IN (SELECT brand_id FROM deal_version);

-- Rows to lock, of customers of such brands. They say nothing.
CREATE TABLE customer_lock (
  brand_id    text NOT NULL,
  customer_id text NOT NULL,
  PRIMARY KEY (brand_id, customer_id)
);
ALTER TABLE customer_lock ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON customer_lock USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
