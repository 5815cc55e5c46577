-- The erasure of a partner: what it waits for, that nothing of it is built or sent any more, that it is done, and what is kept for the law.
CREATE TABLE "partner_erasure" (
    "erasure_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "balance" TEXT,
    "status" TEXT NOT NULL DEFAULT 'waiting',
    "waiting_for" JSONB NOT NULL DEFAULT '[]',
    "retained" JSONB NOT NULL DEFAULT '[]',
    "sequence" INTEGER NOT NULL DEFAULT 0,
    "correlation_id" TEXT NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "cleared_at" TIMESTAMPTZ(3),
    "erased_at" TIMESTAMPTZ(3),
    "retained_due_at" TIMESTAMPTZ(3),
    "tax_forgotten_at" TIMESTAMPTZ(3),
    "payments_forgotten_at" TIMESTAMPTZ(3),

    CONSTRAINT "partner_erasure_pkey" PRIMARY KEY ("erasure_id"),
    CONSTRAINT "partner_erasure_balance" CHECK ("balance" IN ('pay-first', 'waived')),
    CONSTRAINT "partner_erasure_status" CHECK (CASE "status" WHEN 'waiting' THEN num_nulls("cleared_at", "erased_at") = 2
        WHEN 'clear' THEN "cleared_at" IS NOT NULL AND "erased_at" IS NULL WHEN 'erased' THEN "erased_at" IS NOT NULL ELSE false END),
    CONSTRAINT "partner_erasure_forgotten_after" CHECK ("erased_at" IS NOT NULL OR num_nulls("tax_forgotten_at", "payments_forgotten_at") = 2)
);
CREATE INDEX "partner_erasure_partner_id_idx" ON "partner_erasure"("partner_id");
ALTER TABLE "partner_erasure" ENABLE ROW LEVEL SECURITY;
CREATE POLICY partner_scope ON "partner_erasure" USING (kit.sees_partner(partner_id)) WITH CHECK (kit.sees_partner(partner_id));

-- It goes forward only.
CREATE FUNCTION partner_erasure_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  states text[] := ARRAY['waiting', 'clear', 'erased'];
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.erasure_id, NEW.partner_id, NEW.balance, NEW.confirmed_at) IS DISTINCT FROM (OLD.erasure_id, OLD.partner_id, OLD.balance, OLD.confirmed_at)
     OR array_position(states, NEW.status) < array_position(states, OLD.status) OR NEW.sequence < OLD.sequence
     OR (OLD.cleared_at IS NOT NULL AND NEW.cleared_at IS DISTINCT FROM OLD.cleared_at) OR (OLD.erased_at IS NOT NULL AND NEW.erased_at IS DISTINCT FROM OLD.erased_at)
     OR (OLD.tax_forgotten_at IS NOT NULL AND NEW.tax_forgotten_at IS DISTINCT FROM OLD.tax_forgotten_at)
     OR (OLD.payments_forgotten_at IS NOT NULL AND NEW.payments_forgotten_at IS DISTINCT FROM OLD.payments_forgotten_at) THEN
    RAISE EXCEPTION 'an erasure is not taken back' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON "partner_erasure" FOR EACH ROW EXECUTE FUNCTION partner_erasure_is_kept();

-- From the answer `clear` on nothing of the partner is built, sent or taken in.
CREATE FUNCTION partner_is_erased(partner text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM partner_erasure WHERE partner_id = partner AND status <> 'waiting')
$$;
CREATE FUNCTION nothing_of_erased_partners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF partner_is_erased(NEW.partner_id) THEN
    RAISE EXCEPTION 'the data of the partner is erased' USING ERRCODE = '23514', CONSTRAINT = 'partner_erased';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER not_of_erased BEFORE INSERT ON "payout_method" FOR EACH ROW EXECUTE FUNCTION nothing_of_erased_partners();
CREATE TRIGGER not_of_erased BEFORE INSERT ON "tax_form" FOR EACH ROW EXECUTE FUNCTION nothing_of_erased_partners();
CREATE TRIGGER not_of_erased BEFORE INSERT ON "vat_registration" FOR EACH ROW EXECUTE FUNCTION nothing_of_erased_partners();
CREATE TRIGGER not_of_erased BEFORE INSERT OR UPDATE OF "consented_by" ON "self_billing_agreement" FOR EACH ROW EXECUTE FUNCTION nothing_of_erased_partners();

-- What was sent before a restore is taken up all the same: it was sent.
CREATE FUNCTION payouts_to_nobody_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT taking_up_sent_payouts() AND EXISTS (SELECT 1 FROM added JOIN partner_erasure e ON e.partner_id = added.partner_id AND e.status <> 'waiting') THEN
    RAISE EXCEPTION 'the data of the partner is erased' USING ERRCODE = '23514', CONSTRAINT = 'partner_erased';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER not_of_erased AFTER INSERT ON "payout" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payouts_to_nobody_erased();
CREATE FUNCTION payout_to_nobody_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT taking_up_sent_payouts() AND partner_is_erased(NEW.partner_id) THEN
    RAISE EXCEPTION 'the data of the partner is erased' USING ERRCODE = '23514', CONSTRAINT = 'partner_erased';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER not_of_erased_still BEFORE UPDATE OF "attempted_at" ON "payout" FOR EACH ROW
  WHEN (NEW."attempted_at" IS NOT NULL AND OLD."attempted_at" IS NULL) EXECUTE FUNCTION payout_to_nobody_erased();

-- As before; of an erased partner the account goes, and only goes.
CREATE OR REPLACE FUNCTION payout_method_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.account = 'erased' AND NEW.account_hmac = 'erased:' || NEW.id AND NEW.status = 'disabled'
     AND (NEW.id, NEW.partner_id, NEW.kind, NEW.brand_ids, NEW.created_by, NEW.created_at, NEW.usable_from, NEW.returns, NEW.returned_at) IS NOT DISTINCT FROM
         (OLD.id, OLD.partner_id, OLD.kind, OLD.brand_ids, OLD.created_by, OLD.created_at, OLD.usable_from, OLD.returns, OLD.returned_at)
     AND EXISTS (SELECT 1 FROM partner_erasure WHERE partner_id = OLD.partner_id AND status = 'erased') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE'
     OR (NEW.id, NEW.partner_id, NEW.kind, NEW.account, NEW.account_hmac, NEW.brand_ids, NEW.created_by, NEW.created_at) IS DISTINCT FROM
        (OLD.id, OLD.partner_id, OLD.kind, OLD.account, OLD.account_hmac, OLD.brand_ids, OLD.created_by, OLD.created_at)
     OR NEW.usable_from < OLD.usable_from OR (OLD.status = 'disabled' AND NEW.status <> 'disabled')
     OR NEW.returns < OLD.returns OR (OLD.returned_at IS NOT NULL AND (NEW.returned_at IS NULL OR NEW.returned_at < OLD.returned_at))
     OR (OLD.verified_by IS NOT NULL AND (NEW.verified_by, NEW.verified_at, NEW.verified_by_means) IS DISTINCT FROM (OLD.verified_by, OLD.verified_at, OLD.verified_by_means)
         AND NOT coalesce(OLD.verified_at <= OLD.returned_at AND NEW.verified_at > OLD.returned_at, false)) THEN
    RAISE EXCEPTION 'a payout method is not rewritten: say a new one' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;

-- As before; once the law does not ask for it any more, what stands in the paper of an erased partner goes too.
CREATE OR REPLACE FUNCTION tax_paper_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  decided text[] := ARRAY['decision', 'decided_by', 'decided_at', 'declined_reason'];
  personal text[] := ARRAY['content', 'tin_hint', 'number_hint', 'declined_reason'];
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.content = 'erased' AND to_jsonb(NEW) - personal IS NOT DISTINCT FROM to_jsonb(OLD) - personal
     AND EXISTS (SELECT 1 FROM partner_erasure WHERE partner_id = OLD.partner_id AND tax_forgotten_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.decision IS NOT NULL OR to_jsonb(NEW) - decided IS DISTINCT FROM to_jsonb(OLD) - decided THEN
    RAISE EXCEPTION 'what was handed in and decided is not rewritten: say a new version' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
