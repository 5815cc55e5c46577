-- What was sealed of a run: a long one is told of in parts, and is checked once all of them have come.
CREATE TABLE "run_seal_part" (
  "run_id" TEXT NOT NULL,
  "content_hash" TEXT NOT NULL,
  "part" INTEGER NOT NULL,
  "payout_ids" TEXT[] NOT NULL,
  CONSTRAINT "run_seal_part_pkey" PRIMARY KEY ("run_id", "content_hash", "part")
);
