-- Runs of a hundred thousand payouts: what is not paid is a row each, and the hash of the plan is kept instead of made anew at each look.
CREATE TABLE "payout_left_out" (
    "run_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "partner_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "rule" TEXT,

    CONSTRAINT "payout_left_out_pkey" PRIMARY KEY ("run_id", "number")
);
ALTER TABLE "payout_left_out" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_left_out" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
INSERT INTO "payout_left_out"
SELECT run.id, place, each ->> 'partnerId', each ->> 'brandId', each ->> 'currency', (each ->> 'amount')::bigint, each ->> 'reason', each ->> 'rule'
FROM "payout_run" run, jsonb_array_elements(run.left_out) WITH ORDINALITY AS left_out (each, place);

ALTER TABLE "payout_run" ADD COLUMN "plan_hash" TEXT NOT NULL DEFAULT '', ADD COLUMN "left_out_count" INTEGER NOT NULL DEFAULT 0;
UPDATE "payout_run" SET left_out_count = jsonb_array_length(left_out);

-- A run is read by id, and by what is to be done with its payouts next.
DROP INDEX "payout_run_id_idx";
CREATE INDEX "payout_run_id_id_idx" ON "payout"("run_id", "id");
CREATE INDEX "payout_run_id_status_rail_brand_id_id_idx" ON "payout"("run_id", "status", "rail", "brand_id", "id");
-- What is payable is claimed partner by partner.
DROP INDEX "entry_payable";
CREATE INDEX "entry_payable" ON "entry"("brand_id", "partner_id", "currency") WHERE "bucket" = 'payable';
