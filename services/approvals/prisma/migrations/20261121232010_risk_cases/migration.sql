-- Hits of one rule against one partner, until somebody decides on them together.
CREATE TABLE "risk_case" (
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "partner_id" TEXT,
  "rule" TEXT NOT NULL,
  -- Partner, or conversion while nobody has said whose it is, and rule.
  "group_key" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "assigned_to" TEXT,
  "opened_at" TIMESTAMPTZ(3) NOT NULL,
  "due_at" TIMESTAMPTZ(3) NOT NULL,
  "escalated_at" TIMESTAMPTZ(3),
  "resolution" TEXT,
  "resolved_by" TEXT,
  "resolved_at" TIMESTAMPTZ(3),
  CONSTRAINT "risk_case_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "risk_case_status_known" CHECK ("status" IN ('open', 'assigned', 'resolved')),
  CONSTRAINT "risk_case_resolved_by_somebody" CHECK (
    ("status" = 'resolved') = ("resolution" IS NOT NULL AND "resolved_by" IS NOT NULL AND "resolved_at" IS NOT NULL)
    AND ("resolution" IS NULL OR "resolution" IN ('fraud', 'clear'))
  )
);
CREATE UNIQUE INDEX "risk_case_open_group" ON "risk_case" ("brand_id", "group_key") WHERE "status" <> 'resolved';
CREATE INDEX "risk_case_brand" ON "risk_case" ("brand_id", "id");
CREATE INDEX "risk_case_due" ON "risk_case" ("due_at") WHERE "status" <> 'resolved' AND "escalated_at" IS NULL;

-- Which case a hit belongs to. Never changed.
CREATE TABLE "risk_case_hit" (
  "hit_id" TEXT NOT NULL,
  "case_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  CONSTRAINT "risk_case_hit_pkey" PRIMARY KEY ("hit_id")
);
CREATE INDEX "risk_case_hit_case" ON "risk_case_hit" ("case_id");

-- All that was done about a case. Never changed.
CREATE TABLE "risk_case_step" (
  "case_id" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "brand_id" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "actor_id" TEXT NOT NULL,
  "note" TEXT,
  "evidence" TEXT[] NOT NULL DEFAULT '{}',
  "at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "risk_case_step_pkey" PRIMARY KEY ("case_id", "number")
);

-- Four eyes, where no code can forget it: who reported a hit does not clear it. And what is resolved stays so.
CREATE FUNCTION "risk_case_four_eyes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."status" = 'resolved' THEN
    RAISE EXCEPTION 'risk_case_final: case % is resolved', OLD."id" USING ERRCODE = 'check_violation';
  END IF;
  IF NEW."resolution" = 'clear' AND EXISTS (
    SELECT 1 FROM "risk_case_hit" link JOIN "risk_hit" hit ON hit."id" = link."hit_id"
    WHERE link."case_id" = NEW."id" AND hit."reported_by" = NEW."resolved_by"
  ) THEN
    RAISE EXCEPTION 'risk_case_four_eyes: % reported a hit of case %', NEW."resolved_by", NEW."id" USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "risk_case_four_eyes" BEFORE UPDATE ON "risk_case" FOR EACH ROW EXECUTE FUNCTION "risk_case_four_eyes"();

ALTER TABLE "risk_case" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_case" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "risk_case_hit" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_case_hit" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "risk_case_step" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "risk_case_step" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
