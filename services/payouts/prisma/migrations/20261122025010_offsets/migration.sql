-- With which brands a brand lets debts be offset.
ALTER TABLE "brand_profile" ADD COLUMN "offset_scope" TEXT NOT NULL DEFAULT 'brand', ADD COLUMN "licence" TEXT;

-- What a payout of one brand has settled of what its partner owed another: `brand_id` is the one that was owed.
CREATE TABLE "payout_offset" (
    "payout_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "given_back_at" TIMESTAMPTZ(3),

    CONSTRAINT "payout_offset_pkey" PRIMARY KEY ("payout_id", "brand_id"),
    CONSTRAINT "payout_offset_payout_fkey" FOREIGN KEY ("payout_id") REFERENCES "payout" ("id"),
    CONSTRAINT "payout_offset_amount_positive" CHECK ("amount" > 0)
);
CREATE INDEX "payout_offset_partner_id_brand_id_currency_idx" ON "payout_offset"("partner_id", "brand_id", "currency");

-- It is given back once, and changed in no other way.
CREATE FUNCTION payout_offset_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an offset is given back once, and not changed' USING ERRCODE = '23514', CONSTRAINT = 'payout_offset_is_kept';
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE ON "payout_offset" FOR EACH ROW
  WHEN (OLD."given_back_at" IS NOT NULL OR (NEW."payout_id", NEW."brand_id", NEW."partner_id", NEW."currency", NEW."amount", NEW."created_at")
    IS DISTINCT FROM (OLD."payout_id", OLD."brand_id", OLD."partner_id", OLD."currency", OLD."amount", OLD."created_at"))
  EXECUTE FUNCTION payout_offset_is_kept();
CREATE TRIGGER is_not_deleted BEFORE DELETE OR TRUNCATE ON "payout_offset" FOR EACH STATEMENT EXECUTE FUNCTION payout_offset_is_kept();

ALTER TABLE "payout_offset" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_offset" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
