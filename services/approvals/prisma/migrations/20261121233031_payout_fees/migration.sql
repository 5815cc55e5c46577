-- What a forced withdrawal costs its partner: the lines of a payout sum to its amount and its fee.
ALTER TABLE "payout_part" ADD COLUMN "fee" BIGINT NOT NULL DEFAULT 0;
