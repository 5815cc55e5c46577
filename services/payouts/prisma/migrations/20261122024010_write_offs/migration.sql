-- What people forgive a partner: one proposes, another decides, and then it is fixed.
CREATE TABLE "write_off" (
    "id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "item_ids" TEXT[],
    "entry_ids" TEXT[],
    "reason" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'proposed',
    "proposed_by" TEXT NOT NULL,
    "proposed_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "write_off_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "write_off_amount" CHECK ("amount" > 0 AND cardinality("item_ids") > 0),
    CONSTRAINT "write_off_reason" CHECK ("reason" <> ''),
    CONSTRAINT "write_off_four_eyes" CHECK ("status" <> 'approved' OR "decided_by" <> "proposed_by"),
    CONSTRAINT "write_off_status" CHECK ("status" IN ('proposed', 'approved', 'declined')
      AND num_nulls("decided_by", "decided_at") = CASE "status" WHEN 'proposed' THEN 2 ELSE 0 END)
);
CREATE INDEX "write_off_brand_id_idx" ON "write_off"("brand_id");
CREATE INDEX "write_off_partner_id_idx" ON "write_off"("partner_id");
CREATE FUNCTION write_off_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'proposed' OR
     (NEW.id, NEW.brand_id, NEW.partner_id, NEW.currency, NEW.amount, NEW.item_ids, NEW.entry_ids, NEW.reason, NEW.proposed_by, NEW.proposed_at) IS DISTINCT FROM
     (OLD.id, OLD.brand_id, OLD.partner_id, OLD.currency, OLD.amount, OLD.item_ids, OLD.entry_ids, OLD.reason, OLD.proposed_by, OLD.proposed_at) THEN
    RAISE EXCEPTION 'a write-off is decided once, and as it was proposed' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER write_off_is_kept BEFORE UPDATE ON "write_off" FOR EACH ROW EXECUTE FUNCTION write_off_is_kept();
ALTER TABLE "write_off" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "write_off" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));

ALTER TABLE "entry" ADD COLUMN "written_off_by" TEXT, ADD COLUMN "taken_back" BOOLEAN NOT NULL DEFAULT false;
-- Nothing is forgiven but by two people.
CREATE FUNCTION entry_is_forgiven_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM write_off WHERE id = NEW.written_off_by AND status = 'approved' AND brand_id = NEW.brand_id AND partner_id = NEW.partner_id
                 AND (NEW.id = ANY (item_ids) OR NEW.id = ANY (entry_ids))) THEN
    RAISE EXCEPTION 'an entry is written off by what two people have said' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER forgiven_by_two BEFORE UPDATE OF "written_off_by" ON "entry" FOR EACH ROW WHEN (NEW."written_off_by" IS NOT NULL)
  EXECUTE FUNCTION entry_is_forgiven_by_two();

-- A settled payout that is wanted back: one asks, another approves, and what came of it stays.
CREATE TABLE "payout_reversal" (
    "payout_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "approved_by" TEXT,
    "approved_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "detail" TEXT,

    CONSTRAINT "payout_reversal_pkey" PRIMARY KEY ("payout_id"),
    CONSTRAINT "payout_reversal_payout_fkey" FOREIGN KEY ("payout_id") REFERENCES "payout"("id"),
    CONSTRAINT "payout_reversal_reason" CHECK ("reason" <> ''),
    CONSTRAINT "payout_reversal_four_eyes" CHECK ("approved_by" <> "requested_by"),
    CONSTRAINT "payout_reversal_approved_whole" CHECK (num_nulls("approved_by", "approved_at") IN (0, 2)),
    CONSTRAINT "payout_reversal_outcome" CHECK ("outcome" IS NULL OR ("outcome" IN ('asked', 'receivable') AND "approved_by" IS NOT NULL))
);
CREATE FUNCTION payout_reversal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.outcome IS NOT NULL OR (NEW.payout_id, NEW.brand_id) IS DISTINCT FROM (OLD.payout_id, OLD.brand_id)
     OR (OLD.approved_by IS NOT NULL AND (NEW.approved_by, NEW.approved_at) IS DISTINCT FROM (OLD.approved_by, OLD.approved_at))
     OR (NEW.approved_by IS NOT NULL AND (NEW.reason, NEW.requested_by, NEW.requested_at) IS DISTINCT FROM (OLD.reason, OLD.requested_by, OLD.requested_at)) THEN
    RAISE EXCEPTION 'an approved reversal is fixed' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_reversal_is_kept BEFORE UPDATE ON "payout_reversal" FOR EACH ROW EXECUTE FUNCTION payout_reversal_is_kept();
ALTER TABLE "payout_reversal" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_reversal" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
