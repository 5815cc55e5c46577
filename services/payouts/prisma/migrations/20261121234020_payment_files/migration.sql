-- Several rails by file: each has one file for a run and brand.
ALTER TABLE "bank_file" ADD COLUMN "rail" TEXT NOT NULL DEFAULT 'bank-file';
ALTER TABLE "bank_file" ALTER COLUMN "rail" DROP DEFAULT;
ALTER TABLE "bank_file" DROP CONSTRAINT "bank_file_pkey";
ALTER TABLE "bank_file" ADD CONSTRAINT "bank_file_pkey" PRIMARY KEY ("run_id", "brand_id", "rail");
-- The rail is asked by the payout's id.
CREATE INDEX "bank_file_payout_ids" ON "bank_file" USING gin ("payout_ids");
