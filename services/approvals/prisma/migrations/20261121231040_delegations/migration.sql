-- Who may decide in whose name, for how long. Never changed; taken back beside it.
CREATE TABLE "approval_delegation" (
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "giver_id" TEXT NOT NULL,
  "delegate_id" TEXT NOT NULL,
  "valid_from" TIMESTAMPTZ(3) NOT NULL,
  "valid_until" TIMESTAMPTZ(3) NOT NULL,
  "reason" TEXT NOT NULL,
  -- Whether the giver's roles reached above the finance threshold when he gave it.
  "above_threshold" BOOLEAN NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "approval_delegation_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "approval_delegation_to_another" CHECK ("giver_id" <> "delegate_id"),
  CONSTRAINT "approval_delegation_forward" CHECK ("valid_until" > "valid_from")
);
CREATE INDEX "approval_delegation_brand_id_idx" ON "approval_delegation" ("brand_id", "giver_id", "delegate_id");

CREATE TABLE "approval_delegation_revocation" (
  "delegation_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "revoked_by" TEXT NOT NULL,
  "revoked_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "approval_delegation_revocation_pkey" PRIMARY KEY ("delegation_id"),
  CONSTRAINT "approval_delegation_revocation_of" FOREIGN KEY ("delegation_id") REFERENCES "approval_delegation" ("id")
);
ALTER TABLE "approval_delegation" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "approval_delegation" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "approval_delegation_revocation" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "approval_delegation_revocation" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));

-- A delegate's decision names both: his own, and in whose name.
ALTER TABLE "approval_decision" ADD COLUMN "on_behalf_of" TEXT;
ALTER TABLE "approval_decision" ADD CONSTRAINT "approval_decision_two_persons" CHECK ("on_behalf_of" <> "decided_by");

CREATE OR REPLACE FUNCTION approval_decision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  subject approval;
  due text;
  persons text[] := array_remove(ARRAY[NEW.decided_by, NEW.on_behalf_of], NULL);
BEGIN
  SELECT * INTO subject FROM approval WHERE id = NEW.approval_id FOR UPDATE;
  IF NEW.content_hash IS DISTINCT FROM approval_content_hash(subject) THEN
    RAISE EXCEPTION 'approval_content_changed: % was decided on another content than stands', NEW.approval_id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.on_behalf_of IS NOT NULL AND NOT EXISTS (
    SELECT FROM approval_delegation given LEFT JOIN approval_delegation_revocation revoked ON revoked.delegation_id = given.id
    WHERE given.brand_id = subject.brand_id AND given.giver_id = NEW.on_behalf_of AND given.delegate_id = NEW.decided_by
      AND given.valid_from <= NEW.decided_at AND given.valid_until > NEW.decided_at
      AND (revoked.revoked_at IS NULL OR revoked.revoked_at > NEW.decided_at)
      AND (given.above_threshold OR NEW.stage <> 'finance')
  ) THEN
    RAISE EXCEPTION 'approval_delegation_missing: % gave % nothing that is in force', NEW.on_behalf_of, NEW.decided_by USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status <> 'approved' THEN
    RETURN NEW;
  END IF;
  IF subject.maker_id = ANY(persons) OR EXISTS (
    SELECT FROM risk_hit_effect effect JOIN risk_hit hit ON hit.id = effect.hit_id
    WHERE effect.approval_id = NEW.approval_id AND effect.effect = 'held' AND hit.reported_by = ANY(persons)
  ) THEN
    RAISE EXCEPTION 'approval_decision_four_eyes: % made it or reported a hit on it', persons USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM approval_stages_standing(NEW.approval_id, NEW.content_hash) WHERE decided_by = ANY(persons) OR on_behalf_of = ANY(persons)
  ) THEN
    RAISE EXCEPTION 'approval_stages_need_two: % decided on an earlier stage', persons USING ERRCODE = 'check_violation';
  END IF;
  due := CASE
    WHEN subject.needs = 'finance' THEN 'finance'
    WHEN subject.needs = 'manager-and-finance' AND EXISTS (SELECT FROM approval_stages_standing(NEW.approval_id, NEW.content_hash)) THEN 'finance'
    ELSE 'manager'
  END;
  IF NEW.stage <> due THEN
    RAISE EXCEPTION 'approval_stage_order: the stage that is due is %', due USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
