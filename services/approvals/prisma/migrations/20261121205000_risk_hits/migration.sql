-- The conversion that earned it. Null for an adjustment and for what is rated by the month.
ALTER TABLE "approval" ADD COLUMN "conversion_id" TEXT;
CREATE INDEX "approval_conversion_id_idx" ON "approval" ("brand_id", "conversion_id") WHERE "conversion_id" IS NOT NULL;

-- A risk hit holds without a person, whoever is to decide; to approve or reject without one stays free of them only where nobody is needed.
ALTER TABLE "approval" DROP CONSTRAINT "approval_automatic_is_free";
ALTER TABLE "approval" ADD CONSTRAINT "approval_automatic_is_free"
  CHECK ("status" = 'held' OR "decided_by" IS DISTINCT FROM 'automatic' OR "needs" = 'nobody');

-- What somebody or something found against a conversion, whether its commissions are known yet or not. Never changed.
CREATE TABLE "risk_hit" (
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "conversion_id" TEXT NOT NULL,
  "rule" TEXT NOT NULL,
  "detail" TEXT NOT NULL,
  "reported_by" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "risk_hit_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "risk_hit_brand_id_conversion_id_rule_key" ON "risk_hit" ("brand_id", "conversion_id", "rule");
CREATE INDEX "risk_hit_brand_id_idx" ON "risk_hit" ("brand_id", "id");

-- What a hit met: an approval that it holds, or one that was decided before. Never changed.
CREATE TABLE "risk_hit_effect" (
  "hit_id" TEXT NOT NULL,
  "approval_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "effect" TEXT NOT NULL,
  CONSTRAINT "risk_hit_effect_pkey" PRIMARY KEY ("hit_id", "approval_id"),
  CONSTRAINT "risk_hit_effect_known" CHECK ("effect" IN ('held', 'decided'))
);
CREATE INDEX "risk_hit_effect_approval_id_idx" ON "risk_hit_effect" ("approval_id");

ALTER TABLE "risk_hit" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_hit" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "risk_hit_effect" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_hit_effect" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
