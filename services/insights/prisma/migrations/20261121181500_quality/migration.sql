-- What scores of traffic are made of: each conversion as its highest revision tells it. Nobody and no customer are ''.
-- Conversions from before this migration come by a rebuild.
CREATE TABLE "conversion" (
  "conversion_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "customer_id" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "occurred_at" TIMESTAMPTZ(3) NOT NULL,
  "amount" BIGINT,
  "currency" TEXT,
  "facts" INTEGER NOT NULL,
  CONSTRAINT "conversion_pkey" PRIMARY KEY ("conversion_id")
);
CREATE INDEX "conversion_brand_id_occurred_at_idx" ON "conversion" ("brand_id", "occurred_at");
-- To the first conversion of a customer.
CREATE INDEX "conversion_first_idx" ON "conversion" ("brand_id", "partner_id", "customer_id", "kind", "occurred_at");

-- How much each figure counts, from when on. Of those from then or before the latest holds; of equal ones the last recorded.
CREATE TABLE "quality_weights" (
  "number" BIGSERIAL NOT NULL,
  "brand_id" TEXT NOT NULL,
  "retention" DECIMAL(13,12) NOT NULL,
  "volume" DECIMAL(13,12) NOT NULL,
  "value" DECIMAL(13,12) NOT NULL,
  "refunds" DECIMAL(13,12) NOT NULL,
  "effective_from" TIMESTAMPTZ(3) NOT NULL,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL,
  "recorded_by" TEXT NOT NULL,
  CONSTRAINT "quality_weights_pkey" PRIMARY KEY ("number"),
  CONSTRAINT "quality_weights_sum" CHECK ("retention" + "volume" + "value" + "refunds" = 1),
  CONSTRAINT "quality_weights_not_negative" CHECK (least("retention", "volume", "value", "refunds") >= 0)
);
CREATE INDEX "quality_weights_brand_id_effective_from_idx" ON "quality_weights" ("brand_id", "effective_from");

ALTER TABLE "conversion" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "conversion" USING (kit.sees_brand("brand_id") AND kit.sees_partner("partner_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "quality_weights" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "quality_weights" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
