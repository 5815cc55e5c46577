-- Who approves a run is said by a table of the brand: for each payout one row, for the run everybody whom one of them needs.
-- Of a brand or partner of whom no more is known yet, everybody is needed.
ALTER TABLE "brand_profile" ADD COLUMN "finance_threshold" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "partner_profile" ADD COLUMN "risk_level" TEXT NOT NULL DEFAULT 'unknown';
CREATE TABLE "payout_routing_policy" (
  "brand_id" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "effective_from" TIMESTAMPTZ(3) NOT NULL,
  "accepted_at" TIMESTAMPTZ(3) NOT NULL,
  "rows" JSONB NOT NULL,
  CONSTRAINT "payout_routing_policy_pkey" PRIMARY KEY ("brand_id", "version")
);
ALTER TABLE "payout_routing_policy" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_routing_policy" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "payout_routing_policy" FOR EACH STATEMENT EXECUTE FUNCTION append_only();

ALTER TABLE "payout" ADD COLUMN "routing" JSONB;
ALTER TABLE "payout_run" ADD COLUMN "stages" TEXT[] NOT NULL DEFAULT '{finance}';
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_stages" CHECK ("stages" IN ('{manager}', '{finance}', '{manager,finance}'));
CREATE TABLE "run_approval" (
  "run_id" TEXT NOT NULL,
  "stage" TEXT NOT NULL,
  "content_hash" TEXT NOT NULL,
  "approved_by" TEXT NOT NULL,
  "approved_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "run_approval_pkey" PRIMARY KEY ("run_id", "stage"),
  CONSTRAINT "run_approval_run_fkey" FOREIGN KEY ("run_id") REFERENCES "payout_run" ("id"),
  CONSTRAINT "run_approval_stage" CHECK ("stage" IN ('manager', 'finance'))
);
-- Two stages, two persons.
CREATE UNIQUE INDEX "run_approval_once_a_person" ON "run_approval" ("run_id", "approved_by");
ALTER TABLE "run_approval" ENABLE ROW LEVEL SECURITY;
CREATE POLICY run_scope ON "run_approval" USING (EXISTS (SELECT 1 FROM "payout_run" run WHERE run."id" = "run_id"));

-- What was approved before there were stages was approved by finance.
INSERT INTO "run_approval" SELECT "id", 'finance', "content_hash", "approved_by", "sealed_at" FROM "payout_run" WHERE "approved_by" IS NOT NULL AND "sealed_at" IS NOT NULL;

CREATE FUNCTION run_approval_is_of_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM payout_run run WHERE run.id = NEW.run_id AND run.status = 'draft' AND run.built_by <> NEW.approved_by
      AND run.content_hash = NEW.content_hash AND NEW.stage = ANY (run.stages)) THEN
    RAISE EXCEPTION 'a draft is approved as it stands, stage by stage, by others than who built it' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM payout JOIN payout_method method ON method.id = payout.method_id WHERE payout.run_id = NEW.run_id
      AND method.kind <> 'simulated' AND method.created_by = NEW.approved_by AND method.created_at > NEW.approved_at - interval '7 days') THEN
    RAISE EXCEPTION 'who entered an account less than a week ago does not approve a run that pays it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "run_approval" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER run_approval_is_of_another BEFORE INSERT ON "run_approval" FOR EACH ROW EXECUTE FUNCTION run_approval_is_of_another();

CREATE FUNCTION run_is_sealed_by_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM unnest(NEW.stages) AS needed (stage) WHERE NOT EXISTS (
      SELECT 1 FROM run_approval own WHERE own.run_id = NEW.id AND own.stage = needed.stage AND own.content_hash = NEW.content_hash))
    OR NOT EXISTS (SELECT 1 FROM run_approval own WHERE own.run_id = NEW.id AND own.approved_by = NEW.approved_by) THEN
    RAISE EXCEPTION 'a run is sealed once every stage has approved it as it stands' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER run_is_sealed_by_all BEFORE UPDATE OF "status" ON "payout_run" FOR EACH ROW
  WHEN (OLD."status" = 'draft' AND NEW."status" = 'sealed') EXECUTE FUNCTION run_is_sealed_by_all();
