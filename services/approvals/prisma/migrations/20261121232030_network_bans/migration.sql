-- Bans of partners for fraud, by brand. Never changed: decisions on them stand beside them.
CREATE TABLE "network_ban" (
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "case_id" TEXT,
  -- Of a ban that the brand's policy made of another brand's.
  "source_ban_id" TEXT,
  "source_brand_id" TEXT,
  "proposed_by" TEXT NOT NULL,
  "proposed_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "network_ban_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "network_ban_proposer_key" ON "network_ban" ("id", "proposed_by");
CREATE UNIQUE INDEX "network_ban_source" ON "network_ban" ("brand_id", "source_ban_id");
CREATE INDEX "network_ban_partner" ON "network_ban" ("partner_id");
CREATE TABLE "network_ban_decision" (
  "ban_id" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "proposed_by" TEXT NOT NULL,
  "decided_by" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "decided_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "network_ban_decision_pkey" PRIMARY KEY ("ban_id", "action"),
  CONSTRAINT "network_ban_decision_known" CHECK ("action" IN ('confirm', 'lift')),
  CONSTRAINT "network_ban_decision_four_eyes" CHECK ("decided_by" <> "proposed_by"),
  CONSTRAINT "network_ban_decision_proposed" FOREIGN KEY ("ban_id", "proposed_by") REFERENCES "network_ban" ("id", "proposed_by") ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- Where a ban took effect, and how. Never changed.
CREATE TABLE "network_ban_effect" (
  "ban_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "effect" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "network_ban_effect_pkey" PRIMARY KEY ("ban_id", "brand_id")
);
-- What brands make of other brands' bans, version by version. Never changed.
CREATE TABLE "network_ban_policy" (
  "brand_id" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "on_ban" TEXT NOT NULL,
  "written_by" TEXT NOT NULL,
  "written_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "network_ban_policy_pkey" PRIMARY KEY ("brand_id", "version"),
  CONSTRAINT "network_ban_policy_known" CHECK ("on_ban" IN ('ban', 'hold', 'notify'))
);
ALTER TABLE "network_ban" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "network_ban" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "network_ban_decision" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "network_ban_decision" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "network_ban_effect" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "network_ban_effect" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "network_ban_policy" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "network_ban_policy" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
