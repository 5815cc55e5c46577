-- What was asked of payment providers, under which key, and how long that key keeps it from being done twice. Committed before the call.
CREATE TABLE "rail_batch" (
    "id" TEXT NOT NULL,
    "rail" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "funding_account_id" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "resend_until" TIMESTAMPTZ(3) NOT NULL,
    "reference" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rail_batch_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "rail_item" (
    "rail_key" TEXT NOT NULL,
    "batch_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "rail_item_pkey" PRIMARY KEY ("rail_key"),
    CONSTRAINT "rail_item_batch_fkey" FOREIGN KEY ("batch_id") REFERENCES "rail_batch"("id")
);
CREATE INDEX "rail_item_batch_id_idx" ON "rail_item"("batch_id");
-- A key is never set back: neither what was asked under it nor its window changes.
CREATE FUNCTION rail_batch_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.rail, NEW.run_id, NEW.brand_id, NEW.funding_account_id, NEW.body, NEW.resend_until) IS DISTINCT FROM
     (OLD.id, OLD.rail, OLD.run_id, OLD.brand_id, OLD.funding_account_id, OLD.body, OLD.resend_until) OR NEW.attempts < OLD.attempts
     OR (OLD.reference IS NOT NULL AND NEW.reference IS DISTINCT FROM OLD.reference) THEN
    RAISE EXCEPTION 'what was asked of a rail is fixed' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rail_batch_fixed BEFORE UPDATE ON "rail_batch" FOR EACH ROW EXECUTE FUNCTION rail_batch_fixed();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "rail_item" FOR EACH STATEMENT EXECUTE FUNCTION append_only();

ALTER TABLE "rail_batch" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "rail_batch" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "rail_item" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "rail_item" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
