-- Decisions on many at once: what was asked, and what became of each. Never changed.
CREATE TABLE "approval_batch" (
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "decision" TEXT NOT NULL,
  "reason" TEXT,
  -- The filter that chose the approvals; null when they were named.
  "filter" JSONB,
  "decided_by" TEXT NOT NULL,
  "decided_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "approval_batch_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "approval_batch_decision_known" CHECK ("decision" IN ('approve', 'reject', 'hold'))
);
CREATE INDEX "approval_batch_brand_id_idx" ON "approval_batch" ("brand_id", "id");

CREATE TABLE "approval_batch_row" (
  "batch_id" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "brand_id" TEXT NOT NULL,
  "approval_id" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "code" TEXT,
  "amount" BIGINT,
  "currency" CHAR(3),
  -- How many decisions the approval had seen then: an exception is one until there is another.
  "decisions" INTEGER NOT NULL,
  CONSTRAINT "approval_batch_row_pkey" PRIMARY KEY ("batch_id", "position"),
  CONSTRAINT "approval_batch_row_outcome_known" CHECK ("outcome" IN ('decided', 'stage-passed', 'exception')),
  CONSTRAINT "approval_batch_row_says_why" CHECK (("outcome" = 'exception') = ("code" IS NOT NULL)),
  CONSTRAINT "approval_batch_row_of" FOREIGN KEY ("batch_id") REFERENCES "approval_batch" ("id")
);
CREATE UNIQUE INDEX "approval_batch_row_once" ON "approval_batch_row" ("batch_id", "approval_id");
CREATE INDEX "approval_batch_row_exceptions" ON "approval_batch_row" ("approval_id", "batch_id") WHERE "outcome" = 'exception';

ALTER TABLE "approval_batch" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "approval_batch" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "approval_batch_row" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "approval_batch_row" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
