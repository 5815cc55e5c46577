-- What the directory says of brands and partners, as far as routing needs it.
CREATE TABLE "brand_policy" (
  "brand_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "currency" CHAR(3) NOT NULL,
  "auto_approve_up_to" BIGINT NOT NULL,
  "finance_threshold" BIGINT NOT NULL,
  "sequence" INTEGER NOT NULL,
  CONSTRAINT "brand_policy_pkey" PRIMARY KEY ("brand_id")
);
CREATE TABLE "partner_profile" (
  "partner_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "risk_level" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  CONSTRAINT "partner_profile_pkey" PRIMARY KEY ("partner_id")
);

-- One approval per commission entry.
CREATE TABLE "approval" (
  "id" TEXT NOT NULL,
  "entry_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "deal_id" TEXT NOT NULL,
  "amount" BIGINT NOT NULL,
  "currency" CHAR(3) NOT NULL,
  "status" TEXT NOT NULL,
  "needs" TEXT NOT NULL,
  "route" TEXT NOT NULL,
  "risk_level" TEXT NOT NULL,
  "maker_id" TEXT NOT NULL,
  -- A reversal shares the fate of the entry that it takes back.
  "follows_entry_id" TEXT,
  "decided_by" TEXT,
  "reason" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "decided_at" TIMESTAMPTZ(3),
  "decisions" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "approval_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "approval_status_known" CHECK ("status" IN ('waiting', 'approved', 'held', 'rejected')),
  -- Four eyes, said once more where no code can forget it: who wrote the deal does not approve what it earns.
  CONSTRAINT "approval_four_eyes" CHECK ("status" <> 'approved' OR "decided_by" = 'automatic' OR "decided_by" IS DISTINCT FROM "maker_id"),
  CONSTRAINT "approval_automatic_is_free" CHECK ("decided_by" IS DISTINCT FROM 'automatic' OR "needs" = 'nobody')
);
CREATE UNIQUE INDEX "approval_entry_id_key" ON "approval" ("entry_id");
CREATE INDEX "approval_follows" ON "approval" ("follows_entry_id") WHERE "follows_entry_id" IS NOT NULL;
-- Nearly all are approved as they come: who looks for the others looks here, who looks for those finds them by id.
CREATE INDEX "approval_not_approved" ON "approval" ("status", "id") WHERE "status" <> 'approved';
CREATE INDEX "approval_partner_id_idx" ON "approval" ("partner_id", "id");
CREATE INDEX "approval_brand_id_idx" ON "approval" ("brand_id", "id");

-- Every decision ever made, never changed.
CREATE TABLE "approval_decision" (
  "approval_id" TEXT NOT NULL,
  "decision" INTEGER NOT NULL,
  "brand_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "decided_by" TEXT NOT NULL,
  "reason" TEXT,
  "decided_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "approval_decision_pkey" PRIMARY KEY ("approval_id", "decision")
);

-- What a payout run claims, as payouts tells it, for the last check.
CREATE TABLE "payout_part" (
  "payout_id" TEXT NOT NULL,
  "part" INTEGER NOT NULL,
  "parts" INTEGER NOT NULL,
  "run_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "amount" BIGINT NOT NULL,
  "currency" CHAR(3) NOT NULL,
  "lines" JSONB NOT NULL,
  CONSTRAINT "payout_part_pkey" PRIMARY KEY ("payout_id", "part")
);
CREATE INDEX "payout_part_run_id_idx" ON "payout_part" ("run_id");
CREATE TABLE "clearance" (
  "id" TEXT NOT NULL,
  "run_id" TEXT NOT NULL,
  "content_hash" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "reason" TEXT,
  "checks" JSONB NOT NULL,
  "decided_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "clearance_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "clearance_run_id_content_hash_key" ON "clearance" ("run_id", "content_hash");

ALTER TABLE "brand_policy" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "brand_policy" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "approval" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "approval" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "approval_decision" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "approval_decision" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "payout_part" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "payout_part" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
