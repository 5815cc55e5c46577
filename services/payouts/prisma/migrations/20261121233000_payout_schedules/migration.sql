-- When a brand pays in a currency. A version is never changed: the newest counts for every month that is not built yet.
CREATE TABLE "payout_schedule" (
    "brand_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "time_zone" TEXT NOT NULL,
    "dates" JSONB NOT NULL,
    "cleared_by" TEXT NOT NULL,
    "minimum" BIGINT,
    "rail" TEXT,
    "status" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payout_schedule_pkey" PRIMARY KEY ("brand_id","currency","version"),
    CONSTRAINT "payout_schedule_minimum" CHECK ("minimum" >= 0),
    CONSTRAINT "payout_schedule_status" CHECK ("status" IN ('running', 'paused'))
);

-- A month is built once, whoever comes second; also when there was nothing to pay.
CREATE TABLE "scheduled_run" (
    "brand_id" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "run_kind" TEXT NOT NULL,
    "schedule_version" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "built_at" TIMESTAMPTZ(3) NOT NULL,
    "run_id" TEXT,
    "left_out" JSONB NOT NULL,

    CONSTRAINT "scheduled_run_pkey" PRIMARY KEY ("brand_id","period","currency","run_kind"),
    CONSTRAINT "scheduled_run_run_fkey" FOREIGN KEY ("run_id") REFERENCES "payout_run" ("id"),
    CONSTRAINT "scheduled_run_schedule_fkey" FOREIGN KEY ("brand_id","currency","schedule_version") REFERENCES "payout_schedule" ("brand_id","currency","version"),
    CONSTRAINT "scheduled_run_not_early" CHECK ("built_at" >= "due_at")
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "payout_schedule" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "scheduled_run" FOR EACH STATEMENT EXECUTE FUNCTION append_only();

ALTER TABLE "payout_schedule" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_schedule" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "scheduled_run" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "scheduled_run" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));

-- What a run was asked for: by hand or by a schedule, up to which cut-off, for whom.
ALTER TABLE "payout_run" ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'by-hand', ADD COLUMN "period" TEXT, ADD COLUMN "schedule_version" INTEGER,
  ADD COLUMN "cut_offs" JSONB NOT NULL DEFAULT '[]', ADD COLUMN "include" TEXT[], ADD COLUMN "exclude" TEXT[] NOT NULL DEFAULT '{}';
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_kind" CHECK (
  CASE "kind" WHEN 'by-hand' THEN "period" IS NULL AND "schedule_version" IS NULL
    WHEN 'schedule' THEN "period" IS NOT NULL AND "schedule_version" IS NOT NULL AND "currency" IS NOT NULL AND cardinality("brand_ids") = 1
    ELSE false END);
CREATE UNIQUE INDEX "payout_run_once_a_period" ON "payout_run" (("brand_ids"[1]), "period", "currency", "kind") WHERE "period" IS NOT NULL;
