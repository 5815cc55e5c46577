-- Append-only: what became of a version after it was written. Each of these happens to a version at most once.
CREATE TABLE deal_status (
  deal_id    text NOT NULL,
  version    integer NOT NULL,
  status     text NOT NULL CHECK (status IN ('proposed', 'accepted', 'active', 'declined')),
  partner_id text NOT NULL,
  brand_id   text NOT NULL,
  at         timestamptz(3) NOT NULL,
  actor_id   text NOT NULL,
  note       text,
  PRIMARY KEY (deal_id, version, status)
);
ALTER TABLE deal_status ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON deal_status USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
