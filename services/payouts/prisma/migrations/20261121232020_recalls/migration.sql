-- A risk hit that came after the clearance: the payout was stopped, or had been tried already.
ALTER TABLE "payout" ADD COLUMN "recalled_at" TIMESTAMPTZ(3), ADD COLUMN "recall_outcome" TEXT;
ALTER TABLE "payout" ADD CONSTRAINT "payout_recall_known"
  CHECK ("recall_outcome" IN ('stopped', 'too-late') AND "recalled_at" IS NOT NULL OR "recall_outcome" IS NULL AND "recalled_at" IS NULL);
-- What never was tried is not too late, and what was stopped was never tried.
ALTER TABLE "payout" ADD CONSTRAINT "payout_recall_true" CHECK ("recall_outcome" IS NULL OR ("recall_outcome" = 'too-late') = ("attempted_at" IS NOT NULL));
