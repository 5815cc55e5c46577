-- What providers called back with, each once.
CREATE TABLE "rail_callback" (
    "funding_account_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "rail" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "payout_id" TEXT,
    "sha256" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rail_callback_pkey" PRIMARY KEY ("funding_account_id", "event_id")
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "rail_callback" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE "rail_callback" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "rail_callback" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));

-- A difference may be shown by a callback, without a file.
ALTER TABLE "reconciliation_item" ALTER COLUMN "report_id" DROP NOT NULL;
