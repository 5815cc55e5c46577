-- What was sealed is what goes out: neither a run nor its payouts and lines are rewritten, whoever writes. A change is a new run.
CREATE FUNCTION payout_run_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.built_by, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.built_by, OLD.created_at)
     OR (OLD.content_hash <> '' AND NEW.content_hash <> OLD.content_hash)
     OR (OLD.approved_by IS NOT NULL AND (NEW.approved_by, NEW.sealed_at) IS DISTINCT FROM (OLD.approved_by, OLD.sealed_at))
     OR (OLD.cleared_hash IS NOT NULL AND (NEW.cleared_hash, NEW.clearance_id) IS DISTINCT FROM (OLD.cleared_hash, OLD.clearance_id)) THEN
    RAISE EXCEPTION 'a run of payouts is not rewritten: build a new one' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE DELETE OR UPDATE OF "id", "built_by", "created_at", "content_hash", "approved_by", "sealed_at", "cleared_hash", "clearance_id" ON "payout_run"
  FOR EACH ROW EXECUTE FUNCTION payout_run_is_kept();
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_sealed_whole" CHECK (("approved_by" IS NULL) = ("sealed_at" IS NULL));

CREATE FUNCTION payout_content_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.run_id, NEW.rail, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.run_id, OLD.rail, OLD.created_at)
     OR (OLD.lines_hash <> '' AND (NEW.line_count, NEW.lines_hash) IS DISTINCT FROM (OLD.line_count, OLD.lines_hash)) THEN
    RAISE EXCEPTION 'what a payout consists of is not rewritten' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER content_is_kept BEFORE DELETE OR UPDATE OF "id", "run_id", "rail", "created_at", "line_count", "lines_hash" ON "payout"
  FOR EACH ROW EXECUTE FUNCTION payout_content_is_kept();

-- Of a line only its claim ends.
CREATE FUNCTION payout_line_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.payout_id, NEW.item_id, NEW.entry_id, NEW.brand_id, NEW.partner_id, NEW.amount) IS DISTINCT FROM
     (OLD.payout_id, OLD.item_id, OLD.entry_id, OLD.brand_id, OLD.partner_id, OLD.amount) OR NEW.open_item_id IS NOT NULL AND OLD.open_item_id IS NULL THEN
    RAISE EXCEPTION 'a line of a payout is not rewritten' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON "payout_line" FOR EACH ROW EXECUTE FUNCTION payout_line_is_kept();

-- Nothing is added to a run that is no draft, nor to a payout whose lines were counted.
CREATE FUNCTION payouts_join_drafts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT taking_up_sent_payouts() AND EXISTS (SELECT 1 FROM added JOIN payout_run run ON run.id = added.run_id WHERE run.status <> 'draft' OR run.content_hash <> '') THEN
    RAISE EXCEPTION 'nothing is added to a run that was built' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER run_is_draft AFTER INSERT ON "payout" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payouts_join_drafts();
CREATE FUNCTION payout_lines_join_drafts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT taking_up_sent_payouts() AND EXISTS (SELECT 1 FROM (SELECT DISTINCT payout_id FROM added) AS line JOIN payout ON payout.id = line.payout_id WHERE payout.lines_hash <> '') THEN
    RAISE EXCEPTION 'nothing is added to a payout that was built' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER joins_draft AFTER INSERT ON "payout_line" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payout_lines_join_drafts();

-- No rail is tried for a payout before its run is cleared and on its way out.
CREATE FUNCTION payout_tried_when_cleared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT taking_up_sent_payouts() AND NOT EXISTS (SELECT 1 FROM payout_run run WHERE run.id = NEW.run_id AND run.status = 'submitting' AND run.cleared_hash = run.content_hash) THEN
    RAISE EXCEPTION 'a payout goes out with a run that is cleared' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tried_when_cleared BEFORE UPDATE OF "attempted_at" ON "payout" FOR EACH ROW
  WHEN (NEW."attempted_at" IS NOT NULL AND OLD."attempted_at" IS NULL) EXECUTE FUNCTION payout_tried_when_cleared();
