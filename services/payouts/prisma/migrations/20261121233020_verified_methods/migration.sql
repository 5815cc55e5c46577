-- An account is paid once another person than who entered it has verified it, and never inside its cooling period.
ALTER TABLE "payout_method" ADD COLUMN "verified_by" TEXT, ADD COLUMN "verified_at" TIMESTAMPTZ(3), ADD COLUMN "verified_by_means" TEXT,
  ADD COLUMN "disabled_by" TEXT, ADD COLUMN "disabled_at" TIMESTAMPTZ(3), ADD COLUMN "disabled_reason" TEXT;
ALTER TABLE "payout_method" ADD CONSTRAINT "payout_method_four_eyes" CHECK ("verified_by" <> "created_by");
ALTER TABLE "payout_method" ADD CONSTRAINT "payout_method_verified_whole" CHECK (num_nulls("verified_by", "verified_at", "verified_by_means") IN (0, 3));
ALTER TABLE "payout_method" ADD CONSTRAINT "payout_method_disabled_whole" CHECK (num_nulls("disabled_by", "disabled_at", "disabled_reason") IN (0, 3) AND ("status" = 'disabled') = ("disabled_by" IS NOT NULL));

-- A change of an account is a new method: where the money goes, who said so and from when is never rewritten, nor who verified it.
CREATE FUNCTION payout_method_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR (NEW.id, NEW.partner_id, NEW.kind, NEW.account, NEW.account_hmac, NEW.brand_ids, NEW.created_by, NEW.created_at) IS DISTINCT FROM
        (OLD.id, OLD.partner_id, OLD.kind, OLD.account, OLD.account_hmac, OLD.brand_ids, OLD.created_by, OLD.created_at)
     OR NEW.usable_from < OLD.usable_from OR (OLD.status = 'disabled' AND NEW.status <> 'disabled')
     OR (OLD.verified_by IS NOT NULL AND (NEW.verified_by, NEW.verified_at, NEW.verified_by_means) IS DISTINCT FROM (OLD.verified_by, OLD.verified_at, OLD.verified_by_means)) THEN
    RAISE EXCEPTION 'a payout method is not rewritten: say a new one' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON "payout_method" FOR EACH ROW EXECUTE FUNCTION payout_method_is_kept();

-- Whether a payout of this partner, brand and account may be paid to the method at an instant. The simulated rail has nothing to protect.
CREATE FUNCTION pays_usable_method(method "payout_method", a_partner text, a_brand text, hmac text, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT (method).id IS NOT NULL AND (method).status = 'active' AND (method).partner_id = a_partner AND (method).account_hmac = hmac AND (method).usable_from <= at
    AND (cardinality((method).brand_ids) = 0 OR a_brand = ANY ((method).brand_ids))
    AND ((method).kind = 'simulated' OR coalesce((method).verified_at <= at, false))
$$;

CREATE FUNCTION payouts_pay_usable_methods() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added LEFT JOIN payout_method method ON method.id = added.method_id
             WHERE NOT (added.sandbox AND added.method_id IS NULL)
               AND NOT pays_usable_method(method, added.partner_id, added.brand_id, added.account_hmac, added.created_at)) THEN
    RAISE EXCEPTION 'a payout to a method that is not verified, cools down, is disabled or is another''s' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER pays_usable_method AFTER INSERT ON "payout" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payouts_pay_usable_methods();

-- At the moment of the first attempt once more; and the account that was claimed stays the one that is paid.
CREATE FUNCTION payout_pays_usable_method() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  method payout_method;
BEGIN
  IF (NEW.partner_id, NEW.brand_id, NEW.method_id, NEW.account_hmac, NEW.sandbox, NEW.amount, NEW.currency) IS DISTINCT FROM
     (OLD.partner_id, OLD.brand_id, OLD.method_id, OLD.account_hmac, OLD.sandbox, OLD.amount, OLD.currency) THEN
    RAISE EXCEPTION 'where a payout goes, and how much, is not rewritten' USING ERRCODE = '23514';
  END IF;
  IF NEW.attempted_at IS NOT NULL AND OLD.attempted_at IS NULL AND NOT (NEW.sandbox AND NEW.method_id IS NULL) THEN
    SELECT * INTO method FROM payout_method WHERE id = NEW.method_id;
    IF NOT pays_usable_method(method, NEW.partner_id, NEW.brand_id, NEW.account_hmac, NEW.attempted_at) THEN
      RAISE EXCEPTION 'a payout to a method that is not verified, cools down, is disabled or is another''s' USING ERRCODE = '23514';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pays_usable_method_still BEFORE UPDATE OF "partner_id", "brand_id", "method_id", "account_hmac", "sandbox", "amount", "currency", "attempted_at" ON "payout"
  FOR EACH ROW EXECUTE FUNCTION payout_pays_usable_method();

-- Who entered an account does not approve a run that pays it, for a week.
CREATE FUNCTION approver_entered_no_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM payout JOIN payout_method method ON method.id = payout.method_id
             WHERE payout.run_id = NEW.id AND method.kind <> 'simulated' AND method.created_by = NEW.approved_by
               AND method.created_at > coalesce(NEW.sealed_at, now()) - interval '7 days') THEN
    RAISE EXCEPTION 'a run that pays an account that its approver has entered' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approver_entered_no_account BEFORE UPDATE OF "approved_by" ON "payout_run" FOR EACH ROW WHEN (NEW."approved_by" IS NOT NULL)
  EXECUTE FUNCTION approver_entered_no_account();
