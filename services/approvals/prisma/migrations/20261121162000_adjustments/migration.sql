-- An adjustment was made by hand: no deal stands behind it.
ALTER TABLE "approval" ALTER COLUMN "deal_id" DROP NOT NULL;
