-- Rules tried on history: what was asked, how far it is, what came of it.
CREATE TABLE "risk_backtest" (
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "from" TIMESTAMPTZ(3) NOT NULL,
  "to" TIMESTAMPTZ(3) NOT NULL,
  "use" JSONB NOT NULL,
  "status" TEXT NOT NULL,
  "done" INTEGER NOT NULL DEFAULT 0,
  "total" INTEGER NOT NULL DEFAULT 0,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "failure" TEXT,
  "report" JSONB,
  "requested_by" TEXT NOT NULL,
  "requested_at" TIMESTAMPTZ(3) NOT NULL,
  "finished_at" TIMESTAMPTZ(3),
  CONSTRAINT "risk_backtest_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "risk_backtest_status_known" CHECK ("status" IN ('queued', 'running', 'done', 'failed')),
  CONSTRAINT "risk_backtest_done_with_report" CHECK (("status" = 'done') = ("report" IS NOT NULL))
);
ALTER TABLE "risk_backtest" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_backtest" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
