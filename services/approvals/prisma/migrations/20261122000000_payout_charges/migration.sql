-- What fees, taxes and the like add to the lines of a payout, mostly below zero.
ALTER TABLE "payout_part" RENAME COLUMN "fee" TO "charges";
UPDATE "payout_part" SET "charges" = -"charges" WHERE "charges" <> 0;
