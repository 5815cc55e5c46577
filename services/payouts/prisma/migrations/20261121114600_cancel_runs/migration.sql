-- A run may be given up before anybody has approved it.
ALTER TABLE "payout_run" DROP CONSTRAINT "payout_run_sealed_by_somebody";
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_sealed_by_somebody" CHECK ("status" IN ('draft', 'refused', 'cancelled') OR "approved_by" IS NOT NULL);
