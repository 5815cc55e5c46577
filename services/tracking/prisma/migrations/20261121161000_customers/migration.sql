-- What was recorded of a customer: appended, never changed. The numbers of one customer have no gaps.
CREATE TABLE customer_changes (
  customer_id    text NOT NULL,
  number         integer NOT NULL CHECK (number > 0),
  brand_id       text NOT NULL,
  change         text NOT NULL CHECK (change IN ('tag-set', 'tag-ended', 'key-added', 'verified', 'excluded', 'reassigned')),
  -- The tag, the kind of verification or the partner.
  value          text,
  -- Of a reassignment: where the partner is enrolled, for conversions whose own programme he is not in.
  program_id     text,
  effective_from timestamptz(3) NOT NULL,
  reason         text,
  recorded_at    timestamptz(3) NOT NULL,
  recorded_by    text NOT NULL,
  PRIMARY KEY (customer_id, number)
);
ALTER TABLE customer_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON customer_changes USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));

-- A further key of a customer is a row of its own that leads to him, so that one unique index holds all keys of a brand.
ALTER TABLE customers ADD COLUMN alias_of text;
-- His reassignments as `customer_changes` says them, in order of recording: read with the customer, which costs intake nothing.
ALTER TABLE customers ADD COLUMN assignments jsonb;
-- The partner of the last of them.
ALTER TABLE customers ADD COLUMN assigned_partner_id text;
CREATE INDEX customers_assigned ON customers (assigned_partner_id, id) WHERE assigned_partner_id IS NOT NULL;
DROP POLICY brand_scope ON customers;
CREATE POLICY brand_scope ON customers
  USING (kit.sees_brand(brand_id) AND kit.sees_partner(coalesce(assigned_partner_id, partner_id)))
  WITH CHECK (kit.sees_brand(brand_id));

-- Reversals go where their originals go.
CREATE INDEX conversions_original ON conversions (original_conversion_id) WHERE original_conversion_id IS NOT NULL;
