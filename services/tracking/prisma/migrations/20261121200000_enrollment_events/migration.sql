-- What each snapshot of a brand said of `enrollmentsAreEvents`: an enrolment goes by the policy of its own instant, as
-- far as it is known when the enrolment is looked at.
CREATE TABLE enrollment_policies (
  brand_id   text COLLATE "C" NOT NULL,
  sequence   bigint NOT NULL,
  are_events boolean NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (brand_id, sequence)
);
ALTER TABLE enrollment_policies ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON enrollment_policies USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));

-- No brand had the policy before, so those written before need no instant and never become conversions.
ALTER TABLE enrollments ADD COLUMN enrolled_at timestamptz(3), ADD COLUMN traceparent text NOT NULL DEFAULT '',
  ADD COLUMN event_made boolean NOT NULL DEFAULT false;
CREATE INDEX enrollments_event_due ON enrollments (brand_id, enrolled_at) WHERE NOT event_made;
