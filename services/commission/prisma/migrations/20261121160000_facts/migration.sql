-- What deals may ask about a conversion beside its amount.
ALTER TABLE conversion ADD COLUMN customer_id text, ADD COLUMN details jsonb, ADD COLUMN touches jsonb;
CREATE INDEX conversion_brand_id_customer_id_idx ON conversion (brand_id, customer_id) WHERE customer_id IS NOT NULL;
