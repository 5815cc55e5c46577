-- Each decision of a person is one on a stage, taken on a content. What the platform decides has neither: its row of the table says why.
ALTER TABLE "approval_decision" ADD COLUMN "stage" TEXT, ADD COLUMN "content_hash" CHAR(64);
ALTER TABLE "approval_decision" ADD CONSTRAINT "approval_decision_stage_known" CHECK ("stage" IN ('manager', 'finance'));
ALTER TABLE "approval_decision" ADD CONSTRAINT "approval_decision_on_content"
  CHECK (("decided_by" = 'automatic') = ("stage" IS NULL) AND ("stage" IS NULL) = ("content_hash" IS NULL)) NOT VALID;

-- What is approved: the entry, its money and maker, the risk hits that hold it and the corrections that follow it. One line each.
CREATE FUNCTION approval_content_hash(subject approval) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(concat_ws(E'\n', 'approval-content-1', subject.id, subject.entry_id, subject.partner_id, subject.brand_id,
    subject.amount, subject.currency, subject.maker_id,
    (SELECT string_agg('hit ' || hit_id, E'\n' ORDER BY hit_id) FROM risk_hit_effect WHERE approval_id = subject.id AND effect = 'held'),
    (SELECT string_agg('followed by ' || entry_id || ' ' || amount, E'\n' ORDER BY entry_id) FROM approval WHERE follows_entry_id = subject.entry_id)
  ), 'UTF8')), 'hex')
$$;

-- The stages that stand: approved on this content, with nothing decided otherwise since.
CREATE FUNCTION approval_stages_standing(subject_id text, content text) RETURNS SETOF approval_decision LANGUAGE sql STABLE AS $$
  SELECT * FROM approval_decision WHERE approval_id = subject_id AND status = 'approved' AND stage IS NOT NULL AND content_hash = content
    AND decision > coalesce((SELECT max(decision) FROM approval_decision WHERE approval_id = subject_id AND status <> 'approved'), 0)
  ORDER BY decision
$$;

-- Four eyes, the order of stages and the content that was looked at, said once more where no code can forget them.
CREATE FUNCTION approval_decision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  subject approval;
  due text;
BEGIN
  SELECT * INTO subject FROM approval WHERE id = NEW.approval_id FOR UPDATE;
  IF NEW.content_hash IS DISTINCT FROM approval_content_hash(subject) THEN
    RAISE EXCEPTION 'approval_content_changed: % was decided on another content than stands', NEW.approval_id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status <> 'approved' THEN
    RETURN NEW;
  END IF;
  IF NEW.decided_by = subject.maker_id OR EXISTS (
    SELECT FROM risk_hit_effect effect JOIN risk_hit hit ON hit.id = effect.hit_id
    WHERE effect.approval_id = NEW.approval_id AND effect.effect = 'held' AND hit.reported_by = NEW.decided_by
  ) THEN
    RAISE EXCEPTION 'approval_decision_four_eyes: % made it or reported a hit on it', NEW.decided_by USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM approval_stages_standing(NEW.approval_id, NEW.content_hash) WHERE decided_by = NEW.decided_by) THEN
    RAISE EXCEPTION 'approval_stages_need_two: % decided on an earlier stage', NEW.decided_by USING ERRCODE = 'check_violation';
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
CREATE TRIGGER approval_decision_guard BEFORE INSERT ON approval_decision
  FOR EACH ROW WHEN (NEW.decided_by <> 'automatic') EXECUTE FUNCTION approval_decision_guard();

-- Approved by a person: only with his decision on the last stage. Looked at when the transaction commits.
CREATE FUNCTION approval_is_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM approval_decision WHERE approval_id = NEW.id AND decision = NEW.decisions AND status = 'approved' AND decided_by = NEW.decided_by
      AND stage = CASE WHEN NEW.needs IN ('finance', 'manager-and-finance') THEN 'finance' ELSE 'manager' END
  ) THEN
    RAISE EXCEPTION 'approval_without_decision: % lacks the decision on its last stage', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER approval_is_decided AFTER INSERT OR UPDATE ON approval DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'approved' AND NEW.decided_by <> 'automatic') EXECUTE FUNCTION approval_is_decided();

-- What is approved never changes, whose decision it needs only from nobody's to somebody's, and what is decided stays so.
CREATE FUNCTION approval_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'approval_content_fixed: % cannot change like this', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER approval_content_fixed BEFORE UPDATE ON approval FOR EACH ROW WHEN (
  (OLD.id, OLD.entry_id, OLD.partner_id, OLD.brand_id, OLD.amount, OLD.currency, OLD.maker_id)
    IS DISTINCT FROM (NEW.id, NEW.entry_id, NEW.partner_id, NEW.brand_id, NEW.amount, NEW.currency, NEW.maker_id)
  OR (OLD.needs <> NEW.needs AND OLD.needs <> 'nobody')
  OR (OLD.status IN ('approved', 'rejected') AND NEW.status <> OLD.status)
) EXECUTE FUNCTION approval_refuse_change();
