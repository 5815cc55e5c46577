CREATE TABLE "brand" (
  "brand_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "currency" CHAR(3) NOT NULL,
  "time_zone" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  CONSTRAINT "brand_pkey" PRIMARY KEY ("brand_id")
);

-- What each fact adds to one counter. A higher version of the same key replaces it.
-- Nobody (no partner) and no money are written as '', so that they can be part of keys.
CREATE TABLE "movement" (
  "key" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "measure" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "amount" BIGINT NOT NULL,
  CONSTRAINT "movement_pkey" PRIMARY KEY ("key"),
  CONSTRAINT "movement_measure_known" CHECK ("measure" IN ('clicks', 'conversions', 'refunds', 'accrued', 'approved', 'paid'))
);

-- Sum of the movements of a quarter of an hour: every time zone's days are made of whole ones.
CREATE TABLE "activity" (
  "brand_id" TEXT NOT NULL,
  "slot" TIMESTAMPTZ(0) NOT NULL,
  "partner_id" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "clicks" BIGINT NOT NULL DEFAULT 0,
  "conversions" BIGINT NOT NULL DEFAULT 0,
  "refunds" BIGINT NOT NULL DEFAULT 0,
  "accrued" BIGINT NOT NULL DEFAULT 0,
  "approved" BIGINT NOT NULL DEFAULT 0,
  "paid" BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT "activity_pkey" PRIMARY KEY ("brand_id", "slot", "partner_id", "currency")
);

-- The one outcome of each conversion. facts: 0 not seen yet (its rating overtook it), 1 recorded, 2 attributed.
CREATE TABLE "outcome" (
  "conversion_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "facts" INTEGER NOT NULL DEFAULT 0,
  "outcome" TEXT NOT NULL DEFAULT 'unrated',
  "reason" TEXT,
  "rating" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "outcome_pkey" PRIMARY KEY ("conversion_id")
);
-- Written once and rated soon after: room for the second version of a row beside the first.
ALTER TABLE "outcome" SET (fillfactor = 60);

-- How many conversions that were seen stand in which outcome.
CREATE TABLE "outcome_count" (
  "brand_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "conversions" BIGINT NOT NULL,
  CONSTRAINT "outcome_count_pkey" PRIMARY KEY ("brand_id", "partner_id", "outcome")
);

-- How each thing stands that others tell us of: one row per thing, the highest version holds.
CREATE TABLE "standing" (
  "kind" TEXT NOT NULL,
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "standing_pkey" PRIMARY KEY ("kind", "id")
);
CREATE INDEX "standing_brand_id_kind_status_idx" ON "standing" ("brand_id", "kind", "status");

ALTER TABLE "brand" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "brand" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "movement" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "movement" USING (kit.sees_brand("brand_id") AND kit.sees_partner("partner_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "activity" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "activity" USING (kit.sees_brand("brand_id") AND kit.sees_partner("partner_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "outcome" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "outcome" USING (kit.sees_brand("brand_id") AND kit.sees_partner("partner_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "outcome_count" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "outcome_count" USING (kit.sees_brand("brand_id") AND kit.sees_partner("partner_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "standing" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "standing" USING (kit.sees_brand("brand_id") AND kit.sees_partner("partner_id")) WITH CHECK (kit.sees_brand("brand_id"));
