-- A withdrawal below the automatic minimum may be asked for, and costs a fee: a leg of its own in the ledger.
ALTER TABLE "payout_schedule" ADD COLUMN "forced" JSONB;
ALTER TABLE "payout" ADD COLUMN "fee" BIGINT NOT NULL DEFAULT 0, ADD COLUMN "fee_waived" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "payout" ADD CONSTRAINT "payout_fee" CHECK ("fee" >= 0 AND "fee_waived" >= 0);
ALTER TABLE "balance" ADD COLUMN "fees" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "payout_run" DROP CONSTRAINT "payout_run_kind";
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_kind" CHECK (
  CASE WHEN "kind" IN ('by-hand', 'withdrawal') THEN "period" IS NULL AND "schedule_version" IS NULL
    WHEN "kind" = 'schedule' THEN "period" IS NOT NULL AND "schedule_version" IS NOT NULL AND "currency" IS NOT NULL AND cardinality("brand_ids") = 1
    ELSE false END);
CREATE FUNCTION payout_fee_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what a payout costs is not rewritten' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER fee_is_kept BEFORE UPDATE OF "fee", "fee_waived" ON "payout" FOR EACH ROW
  WHEN ((NEW."fee", NEW."fee_waived") IS DISTINCT FROM (OLD."fee", OLD."fee_waived")) EXECUTE FUNCTION payout_fee_is_kept();
