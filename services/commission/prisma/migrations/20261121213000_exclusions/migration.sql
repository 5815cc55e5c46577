-- Few customers are excluded: whether a brand has any is asked with every batch.
CREATE INDEX customer_excluded ON customer (brand_id) WHERE standing ->> 'excludedFrom' IS NOT NULL;
