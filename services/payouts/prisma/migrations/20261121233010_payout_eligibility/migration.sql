-- What must hold beside the minimum for a balance to be paid: named rules over facts that payouts knows.
ALTER TABLE "payout_schedule" ADD COLUMN "eligibility" JSONB NOT NULL DEFAULT '[]';
-- What those facts are made of.
ALTER TABLE "entry" ADD COLUMN "conversion_id" TEXT, ADD COLUMN "customer_id" TEXT;
ALTER TABLE "partner_profile" ADD COLUMN "tags" JSONB NOT NULL DEFAULT '[]';
