-- What each snapshot of a brand said of how long after a payment a commission may be taken back: a reversal goes by the policy of the
-- instant at which its cause occurred, whenever either is told.
CREATE TABLE "clawback_policy" (
    "brand_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "days" INTEGER,
    "time_zone" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "clawback_policy_pkey" PRIMARY KEY ("brand_id", "sequence")
);
ALTER TABLE "clawback_policy" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "clawback_policy" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));

-- When the payout that holds an entry settled; null again once it has come back.
ALTER TABLE "entry" ADD COLUMN "paid_at" TIMESTAMPTZ(3);
UPDATE "entry" SET "paid_at" = "payout"."settled_at" FROM "payout" WHERE "payout"."id" = "entry"."payout_id" AND "entry"."bucket" = 'paid';

-- What a brand's change of policy may move. Reversals are few.
CREATE INDEX "entry_reversals" ON "entry"("brand_id", "occurred_at") WHERE "adjusts" IS NOT NULL AND "amount" < 0;

-- Why money goes to written-off.
ALTER TABLE "ledger_transaction" ADD COLUMN "reason" TEXT;
