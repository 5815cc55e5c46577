-- Rules report hits too: what they rest on, and flags that hold nothing. A rule that flagged may hold later.
ALTER TABLE "risk_hit" ADD COLUMN "holds" BOOLEAN NOT NULL DEFAULT true, ADD COLUMN "evidence" TEXT[] NOT NULL DEFAULT '{}';
DROP INDEX "risk_hit_brand_id_conversion_id_rule_key";
CREATE UNIQUE INDEX "risk_hit_brand_id_conversion_id_rule_holds_key" ON "risk_hit" ("brand_id", "conversion_id", "rule", "holds");

-- Conversions as tracking told them last: what rules judge, and what they are tried on.
CREATE TABLE "risk_fact" (
  "conversion_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "partner_id" TEXT,
  "customer_id" TEXT,
  "kind" TEXT NOT NULL,
  "occurred_at" TIMESTAMPTZ(3) NOT NULL,
  "received_at" TIMESTAMPTZ(3) NOT NULL,
  "amount" BIGINT,
  "currency" CHAR(3),
  "original_conversion_id" TEXT,
  "method" TEXT,
  "click_id" TEXT,
  "clicked_at" TIMESTAMPTZ(3),
  "click" JSONB,
  "country" TEXT,
  "bonus" BOOLEAN NOT NULL,
  "revision" INTEGER NOT NULL,
  CONSTRAINT "risk_fact_pkey" PRIMARY KEY ("conversion_id")
);
CREATE INDEX "risk_fact_partner" ON "risk_fact" ("brand_id", "partner_id", "occurred_at");
CREATE INDEX "risk_fact_customer" ON "risk_fact" ("customer_id") WHERE "customer_id" IS NOT NULL;

-- Keyed hashes of the accounts that partners are paid to; the accounts themselves stay with payouts.
CREATE TABLE "risk_account" (
  "payout_method_id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "account_hmac" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  CONSTRAINT "risk_account_pkey" PRIMARY KEY ("payout_method_id")
);
CREATE INDEX "risk_account_hmac" ON "risk_account" ("account_hmac");
CREATE INDEX "risk_account_partner" ON "risk_account" ("partner_id");

-- What was told of conversions, customers and partners: keyed hashes and verdicts, never what they were made of. Never changed.
CREATE TABLE "risk_signal" (
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "subject_id" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  "recorded_by" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "risk_signal_pkey" PRIMARY KEY ("id", "kind", "value"),
  CONSTRAINT "risk_signal_not_plain" CHECK ("value" !~ '@' AND ("kind" NOT IN ('email', 'email-domain', 'device', 'account', 'address') OR "value" ~ '^[0-9a-f]{64}$'))
);
CREATE INDEX "risk_signal_subject" ON "risk_signal" ("brand_id", "subject_id");

-- A brand's risk rules, version by version. Never changed.
CREATE TABLE "risk_rule_set" (
  "brand_id" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "rules" JSONB NOT NULL,
  "reason" TEXT NOT NULL,
  "written_by" TEXT NOT NULL,
  "written_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "risk_rule_set_pkey" PRIMARY KEY ("brand_id", "version")
);
CREATE UNIQUE INDEX "risk_rule_set_writer_key" ON "risk_rule_set" ("brand_id", "version", "written_by");
-- Who switched a version on, from when. Four eyes: the foreign key says who wrote it, the check that it was somebody else.
CREATE TABLE "risk_rule_set_activation" (
  "brand_id" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "written_by" TEXT NOT NULL,
  "activated_by" TEXT NOT NULL,
  "activated_at" TIMESTAMPTZ(3) NOT NULL,
  "active_from" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "risk_rule_set_activation_pkey" PRIMARY KEY ("brand_id", "version"),
  CONSTRAINT "risk_rule_set_activation_four_eyes" CHECK ("activated_by" <> "written_by"),
  CONSTRAINT "risk_rule_set_activation_from_then_on" CHECK ("active_from" >= "activated_at"),
  CONSTRAINT "risk_rule_set_activation_written" FOREIGN KEY ("brand_id", "version", "written_by")
    REFERENCES "risk_rule_set" ("brand_id", "version", "written_by") ON DELETE RESTRICT ON UPDATE RESTRICT
);

ALTER TABLE "risk_fact" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_fact" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "risk_signal" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_signal" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "risk_rule_set" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_rule_set" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "risk_rule_set_activation" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_rule_set_activation" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
