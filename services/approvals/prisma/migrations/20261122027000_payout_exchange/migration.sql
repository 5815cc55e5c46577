-- How a payout in another currency than was earned was exchanged; its lines and charges are in that one.
ALTER TABLE "payout_part" ADD COLUMN "exchange" JSONB;
