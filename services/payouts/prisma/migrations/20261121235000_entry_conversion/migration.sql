-- What a commission was earned by. Components that add up what is less than a cent correct the first entry of all: only one of the same
-- conversion tells when what is taken back had been paid.
ALTER TABLE "entry" ADD COLUMN "conversion_id" TEXT;
