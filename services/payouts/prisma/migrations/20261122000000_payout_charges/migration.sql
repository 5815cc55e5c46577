-- A payout is its lines and its charges: fees, taxes, offsets, each signed and with an account of its own.
ALTER TABLE "payout" ADD COLUMN "charges" JSONB NOT NULL DEFAULT '[]';
UPDATE "payout" SET "charges" = jsonb_build_array(jsonb_build_object('kind', 'fee', 'amount', -"fee")) WHERE "fee" <> 0;
DROP TRIGGER fee_is_kept ON "payout";
ALTER TABLE "payout" DROP CONSTRAINT "payout_fee", DROP COLUMN "fee";
ALTER TABLE "payout" ADD CONSTRAINT "payout_charges" CHECK (jsonb_typeof("charges") = 'array' AND "fee_waived" >= 0);
CREATE TRIGGER charges_are_kept BEFORE UPDATE OF "amount", "charges", "fee_waived" ON "payout" FOR EACH ROW
  WHEN ((NEW."amount", NEW."charges", NEW."fee_waived") IS DISTINCT FROM (OLD."amount", OLD."charges", OLD."fee_waived")) EXECUTE FUNCTION payout_fee_is_kept();
ALTER TABLE "balance" ADD COLUMN "tax_withheld" BIGINT NOT NULL DEFAULT 0, ADD COLUMN "vat" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "offset" BIGINT NOT NULL DEFAULT 0, ADD COLUMN "exchanged" BIGINT NOT NULL DEFAULT 0;
