-- From which decision on a hit holds an approval, or after which one it came. Null of what was written before.
ALTER TABLE "risk_hit_effect" ADD COLUMN "decision" INTEGER;

-- What is approved opens again in one way only: a hit on its conversion that came since holds what would be paid, and says so.
CREATE OR REPLACE FUNCTION approval_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'approved' AND NEW.status = 'held' AND NEW.decided_by = 'automatic' AND NEW.decisions = OLD.decisions + 1 AND OLD.amount > 0
    AND (OLD.id, OLD.entry_id, OLD.partner_id, OLD.brand_id, OLD.amount, OLD.currency, OLD.maker_id, OLD.conversion_id)
      IS NOT DISTINCT FROM (NEW.id, NEW.entry_id, NEW.partner_id, NEW.brand_id, NEW.amount, NEW.currency, NEW.maker_id, NEW.conversion_id)
    AND (OLD.needs = NEW.needs OR OLD.needs = 'nobody')
    AND EXISTS (
      SELECT FROM risk_hit_effect effect JOIN risk_hit hit ON hit.id = effect.hit_id
      WHERE effect.approval_id = OLD.id AND effect.effect = 'held' AND effect.decision = NEW.decisions
        AND hit.holds AND hit.brand_id = OLD.brand_id AND hit.conversion_id = OLD.conversion_id
    )
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'approval_content_fixed: % cannot change like this', OLD.id USING ERRCODE = 'check_violation';
END $$;

-- Decisions are only ever added, so that an earlier hit cannot be made a later one.
CREATE FUNCTION approval_refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'approval_decisions_grow: % has seen % decisions', OLD.id, OLD.decisions USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER approval_decisions_grow BEFORE UPDATE ON approval FOR EACH ROW WHEN (NEW.decisions < OLD.decisions) EXECUTE FUNCTION approval_refuse_going_back();
