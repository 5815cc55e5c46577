-- Payouts in another currency than was earned: whose rates, on what terms, and how each was exchanged.

-- As commission tells them; one of a pair, day and source is never changed.
CREATE TABLE "fx_rate" (
    "base" TEXT NOT NULL,
    "quote" TEXT NOT NULL,
    "date" DATE NOT NULL,
    "source" TEXT NOT NULL,
    "rate" TEXT NOT NULL,
    "counts" BOOLEAN NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fx_rate_pkey" PRIMARY KEY ("base","quote","date","source"),
    CONSTRAINT "fx_rate_two_currencies" CHECK ("base" <> "quote")
);
CREATE INDEX "fx_rate_date_idx" ON "fx_rate"("date");
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "fx_rate" FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- A version is never changed: the newest counts for every run that is not built yet.
CREATE TABLE "exchange_policy" (
    "brand_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "source" TEXT,
    "pairs" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "exchange_policy_pkey" PRIMARY KEY ("brand_id","version")
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "exchange_policy" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE "exchange_policy" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "exchange_policy" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));

-- In which currency a partner wants to be paid; null: in the one that was earned.
ALTER TABLE "payout_method" ADD COLUMN "payout_currency" TEXT;
CREATE FUNCTION payout_currency_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a payout method is not rewritten: a change is a new one' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER payout_currency_is_kept BEFORE UPDATE OF "payout_currency" ON "payout_method" FOR EACH ROW
  WHEN (NEW."payout_currency" IS DISTINCT FROM OLD."payout_currency") EXECUTE FUNCTION payout_currency_is_kept();

ALTER TABLE "payout" ADD COLUMN "exchange" JSONB;
ALTER TABLE "payout" ADD CONSTRAINT "payout_exchange" CHECK ("exchange" IS NULL
  OR (jsonb_typeof("exchange") = 'object' AND ("exchange" ->> 'currency') <> "currency" AND ("exchange" ->> 'amount')::bigint > 0 AND ("exchange" ->> 'rateId') <> '') IS TRUE);
DROP TRIGGER charges_are_kept ON "payout";
CREATE TRIGGER charges_are_kept BEFORE UPDATE OF "amount", "currency", "charges", "fee_waived", "exchange" ON "payout" FOR EACH ROW
  WHEN ((NEW."amount", NEW."currency", NEW."charges", NEW."fee_waived", NEW."exchange") IS DISTINCT FROM (OLD."amount", OLD."currency", OLD."charges", OLD."fee_waived", OLD."exchange"))
  EXECUTE FUNCTION payout_fee_is_kept();

-- An exchange is two transactions, one in each currency, joined by the rate.
ALTER TABLE "ledger_transaction" ADD COLUMN "rate_id" TEXT;
ALTER TABLE "ledger_transaction" ADD CONSTRAINT "ledger_exchange_names_rate" CHECK (('exchange' = ANY ("accounts")) = ("rate_id" IS NOT NULL));
