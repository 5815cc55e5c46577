-- Verdicts on the networks that conversions and customers came from, as approvals told them; of what an adapter did not know there is none.
-- The subject is a conversion or a customer of the brand, which may not have been told of here yet.
CREATE TABLE network_verdict (
  signal_id  text PRIMARY KEY,
  brand_id   text NOT NULL,
  subject_id text NOT NULL,
  verdict    integer NOT NULL CHECK (verdict > 0),
  network    text NOT NULL,
  country    text,
  seen_at    timestamptz NOT NULL
);
CREATE INDEX network_verdict_subject ON network_verdict (brand_id, subject_id);
ALTER TABLE network_verdict ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON network_verdict USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
