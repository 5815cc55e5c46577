-- What is rated by the month goes back to no single conversion.
ALTER TABLE commission_entry ALTER COLUMN conversion_id DROP NOT NULL;
ALTER TABLE commission_entry DROP CONSTRAINT IF EXISTS commission_entry_rated_or_by_hand;
ALTER TABLE commission_entry ADD CONSTRAINT commission_entry_goes_back_to CHECK (
  CASE WHEN reason = 'adjustment' THEN num_nulls(deal_id, deal_version, conversion_id) = 3
       ELSE num_nulls(deal_id, deal_version) = 0 AND (conversion_id IS NOT NULL OR scope LIKE 'month/%') END);

-- Append-only: what a deal came to in a month; something late makes another revision.
CREATE TABLE statement (
  statement_id text NOT NULL,
  revision     integer NOT NULL CHECK (revision > 0),
  brand_id     text NOT NULL,
  partner_id   text NOT NULL,
  program_id   text NOT NULL,
  deal_id      text NOT NULL,
  period       text NOT NULL,
  currency     text NOT NULL,
  total        bigint NOT NULL,
  -- json, not jsonb: the explanation stays as it was written.
  explanation  json NOT NULL,
  hash         text NOT NULL,
  issued_at    timestamptz(3) NOT NULL,
  PRIMARY KEY (statement_id, revision)
);
-- Two writers who fold the same month at once: the second fails and folds again.
CREATE UNIQUE INDEX statement_deal_id_period_revision_key ON statement (deal_id, period, revision);
CREATE INDEX statement_brand_id_partner_id_period_idx ON statement (brand_id, partner_id, period);
ALTER TABLE statement ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON statement USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));

-- Whose months a close folds: few of all deals.
CREATE INDEX deal_version_by_month_idx ON deal_version (brand_id, partner_id)
  WHERE terms::jsonb @? '$.components[*] ? (@.model == "revshare" || @.model == "retainer")';
