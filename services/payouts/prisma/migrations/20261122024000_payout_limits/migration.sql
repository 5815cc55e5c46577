-- How much a brand may pay in a currency. A version is never changed; the newest counts at once.
CREATE TABLE "payout_limit" (
    "brand_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "limits" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payout_limit_pkey" PRIMARY KEY ("brand_id","currency","version"),
    CONSTRAINT "payout_limit_reason" CHECK ("reason" <> '')
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "payout_limit" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE "payout_limit" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_limit" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));

-- How long a partner has been one. Null: told before this was kept, and then he counts as new.
ALTER TABLE "enrollment_profile" ADD COLUMN "enrolled_at" TIMESTAMPTZ(3);
