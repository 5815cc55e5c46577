-- A file of payments may be long: its text lies in pieces, each encrypted by itself, and what stands in it is a row for each payout.
CREATE TABLE "bank_file_piece" (
    "run_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "rail" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "bank_file_piece_pkey" PRIMARY KEY ("run_id", "brand_id", "rail", "number")
);
-- A payout stands in one file, ever.
CREATE TABLE "bank_file_payout" (
    "payout_id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "rail" TEXT NOT NULL,

    CONSTRAINT "bank_file_payout_pkey" PRIMARY KEY ("payout_id")
);
CREATE INDEX "bank_file_payout_run_id_brand_id_rail_idx" ON "bank_file_payout"("run_id", "brand_id", "rail");

INSERT INTO "bank_file_piece" SELECT run_id, brand_id, rail, 1, content FROM "bank_file";
INSERT INTO "bank_file_payout" SELECT payout_id, run_id, brand_id, rail FROM "bank_file", unnest(payout_ids) AS payout_id;
ALTER TABLE "bank_file" ADD COLUMN "payments" INTEGER NOT NULL DEFAULT 0;
UPDATE "bank_file" SET payments = cardinality(payout_ids);
ALTER TABLE "bank_file" ALTER COLUMN "payments" DROP DEFAULT;
DROP INDEX "bank_file_payout_ids";
ALTER TABLE "bank_file" DROP COLUMN "content", DROP COLUMN "payout_ids";

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "bank_file_piece" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "bank_file_payout" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE "bank_file_piece" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "bank_file_piece" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "bank_file_payout" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "bank_file_payout" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
