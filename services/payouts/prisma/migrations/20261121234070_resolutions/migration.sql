-- What people found out about payouts that their provider cannot be asked about safely any more: one proposes, another confirms.
CREATE TABLE "payout_resolution" (
    "payout_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "reference" TEXT,
    "proposed_by" TEXT NOT NULL,
    "proposed_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_by" TEXT,
    "confirmed_at" TIMESTAMPTZ(3),

    CONSTRAINT "payout_resolution_pkey" PRIMARY KEY ("payout_id"),
    CONSTRAINT "payout_resolution_payout_fkey" FOREIGN KEY ("payout_id") REFERENCES "payout"("id"),
    CONSTRAINT "payout_resolution_outcome" CHECK ("outcome" IN ('settled', 'failed')),
    CONSTRAINT "payout_resolution_reason" CHECK ("reason" <> ''),
    CONSTRAINT "payout_resolution_four_eyes" CHECK ("confirmed_by" <> "proposed_by"),
    CONSTRAINT "payout_resolution_confirmed_by_somebody" CHECK (("confirmed_by" IS NULL) = ("confirmed_at" IS NULL))
);
-- What was confirmed stays; and who confirms changes nothing else of it.
CREATE FUNCTION payout_resolution_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.confirmed_by IS NOT NULL OR (NEW.confirmed_by IS NOT NULL AND
     (NEW.payout_id, NEW.outcome, NEW.reason, NEW.reference, NEW.proposed_by, NEW.proposed_at) IS DISTINCT FROM
     (OLD.payout_id, OLD.outcome, OLD.reason, OLD.reference, OLD.proposed_by, OLD.proposed_at)) THEN
    RAISE EXCEPTION 'a confirmed resolution is fixed' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_resolution_confirmed BEFORE UPDATE ON "payout_resolution" FOR EACH ROW EXECUTE FUNCTION payout_resolution_confirmed();
ALTER TABLE "payout_resolution" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_resolution" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
